// Runs one agent's tasks, at most `concurrency` at once. What waits is rows; a child exists for each task
// that runs now.
//
//   running    `idle` until rows are ready or a slot is free; `claiming` rows; `holding` while the journal
//              cannot be read or written
//   paused     running tasks go on, no new ones are claimed
//   draining   as paused; when the last task has ended, it stops. `release` gives the tasks that still run back
//              to the queue; an agent that comes back into the file meanwhile goes on (`limits.changed`)
//   stopped
//
// A claim is never abandoned half-way: rows that were claimed and not spawned would stay `running` for ever.
// So a pause or a drain that comes while claiming waits for the claim (`wish`).
import {
  type AnyActorRef,
  assign,
  type DoneActorEvent,
  type ErrorActorEvent,
  enqueueActions,
  fromPromise,
  setup,
} from 'xstate';
import { unprovided } from '../core/unprovided.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import { aftermathMachine } from './aftermath.machine.ts';
import { type TaskOutput, taskMachine } from './task.machine.ts';

export interface TaskSupervisorInput {
  readonly agent: string;
  /** Tasks that run at once. */
  readonly concurrency: number;
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
}

interface TaskSupervisorContext extends TaskSupervisorInput {
  /** Tasks that have not ended, and those that something is left to do about. */
  readonly live: number;
  /** There may be ready rows beyond what was claimed. */
  readonly more: boolean;
  /** How many the claim under way asked for. Slots that became free since then were not part of it. */
  readonly asked: number;
  readonly wish: 'run' | 'pause' | 'drain';
  readonly releasing: boolean;
  /** Cancels that came for rows which a claim has taken and not handed over yet: task id → reason. */
  readonly early: ReadonlyMap<string, string>;
}

export type TaskSupervisorEvent =
  | { readonly type: 'rows.ready' }
  | { readonly type: 'task.cancel'; readonly taskId: string; readonly reason: string }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'drain' }
  | { readonly type: 'release' }
  /** The file was read anew, and the agent is in it. */
  | ({ readonly type: 'limits.changed' } & TaskSupervisorInput)
  | DoneActorEvent<TaskOutput>
  | ErrorActorEvent<unknown>;

const holdDelay = 1_000;
const nothing: TaskOutput = { taskId: '', released: false, cancel: undefined };

const aftermathId = (taskId: string) => `aftermath.${taskId}`;

export const taskSupervisorMachine = setup({
  types: {
    input: {} as TaskSupervisorInput,
    context: {} as TaskSupervisorContext,
    events: {} as TaskSupervisorEvent,
  },
  actors: {
    claim: fromPromise<readonly TaskRecord[], { agent: string; limit: number }>(unprovided('claim')),
    aftermath: aftermathMachine,
    task: taskMachine,
  },
  actions: {
    spawnClaimed: assign(({ context, spawn, system }, params: { tasks: readonly TaskRecord[] }) => {
      const events: AnyActorRef | undefined = system.get('events');
      for (const task of params.tasks) {
        const cancel = context.early.get(task.id);
        const told =
          cancel !== undefined
            ? ({ stop: 'cancel', reason: cancel } as const)
            : context.releasing
              ? ({ stop: 'release', reason: '' } as const)
              : undefined;
        const child = spawn('task', { id: task.id, input: { task, timeout: context.timeout, told } });
        // Before it starts: what a child emits at its first step reaches nobody who comes later.
        child.on('*', (event) => events?.send(event));
      }
      const live = context.live + params.tasks.length;
      return { live, more: context.more || params.tasks.length >= context.asked, early: new Map() };
    }),
    reap: enqueueActions(({ enqueue, event, context, self }) => {
      if (!('actorId' in event)) return;
      enqueue.stopChild(event.actorId);
      const { released, cancel, taskId } = 'output' in event ? event.output : nothing;
      enqueue.assign({ more: context.more || released });
      const after: AnyActorRef | undefined = self.getSnapshot().children[aftermathId(taskId)];
      // One that is still at it will cancel the task as well.
      if (cancel === undefined || after !== undefined) return enqueue.assign({ live: context.live - 1 });
      enqueue.spawnChild('aftermath', { id: aftermathId(taskId), input: { taskId, cancel } });
    }),
    /** A task's actor failed, which is a defect of ours: its row must not stay `running` until the next start. */
    rescue: enqueueActions(({ enqueue, event, context, self }) => {
      if (!('actorId' in event)) return;
      const child: AnyActorRef | undefined = self.getSnapshot().children[event.actorId];
      const task: TaskRecord | undefined = child?.getSnapshot().context?.task;
      enqueue.stopChild(event.actorId);
      if (task === undefined) return enqueue.assign({ live: context.live - 1 });
      // It keeps the task's place: a drain that took it for empty would stop the rescue before it began.
      const id = aftermathId(task.id);
      enqueue.spawnChild('aftermath', { id, input: { taskId: task.id, broken: task } });
    }),
    /** Says that a task's actor failed. Provided by the runtime: it has the log. */
    tellBroken: (_, _params: { actorId: string; error: unknown }) => {},
    reapAftermath: enqueueActions(({ enqueue, event, context }) => {
      if ('actorId' in event) enqueue.stopChild(event.actorId);
      enqueue.assign({ live: context.live - 1, more: true });
    }),
    cancelTask: enqueueActions(({ enqueue, event, self, context }) => {
      if (event.type !== 'task.cancel') return;
      const { taskId, reason } = event;
      const snapshot = self.getSnapshot();
      const children: Record<string, AnyActorRef | undefined> = snapshot.children;
      const after = children[aftermathId(taskId)];
      const child = children[taskId] ?? after;
      if (child !== undefined) enqueue.sendTo(child, { type: 'task.cancel', reason });
      // The row may be `running` in the journal while its claim is still on the way to here.
      if (children[taskId] === undefined && snapshot.matches({ running: 'claiming' }))
        enqueue.assign({ early: new Map(context.early).set(taskId, reason) });
      // Its actor ended while the cancel was on the way: it may wait for another attempt now.
      else if (child === undefined) {
        enqueue.spawnChild('aftermath', { id: aftermathId(taskId), input: { taskId, cancel: reason } });
        enqueue.assign({ live: context.live + 1 });
      }
    }),
    changeLimits: assign(({ context: { wish }, event }) => {
      if (event.type !== 'limits.changed') return {};
      const { concurrency, timeout } = event;
      return { concurrency, timeout, more: true, wish: wish === 'drain' ? ('run' as const) : wish };
    }),
    releaseAll: enqueueActions(({ enqueue, self }) => {
      enqueue.assign({ releasing: true });
      for (const child of Object.values(self.getSnapshot().children)) {
        if (child !== undefined) enqueue.sendTo(child, { type: 'task.release' });
      }
    }),
  },
  guards: {
    hasSlot: ({ context }) => context.live < context.concurrency,
    hasSlotAndMore: ({ context }) => context.more && context.live < context.concurrency,
    wishesPause: ({ context }) => context.wish === 'pause',
    wishesNoDrain: ({ context }) => context.wish !== 'drain',
    wishesDrain: ({ context }) => context.wish === 'drain',
    isEmpty: ({ context }) => context.live === 0,
  },
  delays: { holdDelay },
}).createMachine({
  id: 'taskSupervisor',
  options: { maxIterations: 1_000 },
  context: ({ input }) => ({
    ...input,
    live: 0,
    more: false,
    asked: 0,
    wish: 'run',
    releasing: false,
    early: new Map(),
  }),
  initial: 'running',
  on: {
    'task.cancel': { actions: 'cancelTask' },
    'xstate.done.actor.*': { actions: 'reap' },
    'xstate.error.actor.*': {
      actions: [
        { type: 'tellBroken', params: ({ event: { actorId, error } }) => ({ actorId, error }) },
        'rescue',
      ],
    },
    'xstate.done.actor.aftermath.*': { actions: 'reapAftermath' },
    'xstate.error.actor.aftermath.*': { actions: 'reapAftermath' },
    'rows.ready': { actions: assign({ more: true }) },
    release: { actions: 'releaseAll' },
    'limits.changed': { actions: 'changeLimits' },
  },
  states: {
    running: {
      initial: 'claiming',
      states: {
        idle: {
          always: [
            // What was wished for while claiming.
            { guard: 'wishesDrain', target: '#taskSupervisor.draining' },
            { guard: 'wishesPause', target: '#taskSupervisor.paused' },
            { guard: 'hasSlotAndMore', target: 'claiming' },
          ],
          on: {
            pause: '#taskSupervisor.paused',
            drain: '#taskSupervisor.draining',
          },
        },
        claiming: {
          entry: assign(({ context }) => ({ more: false, asked: context.concurrency - context.live })),
          on: {
            pause: { guard: 'wishesNoDrain', actions: assign({ wish: 'pause' }) },
            resume: { guard: 'wishesPause', actions: assign({ wish: 'run' }) },
            drain: { actions: assign({ wish: 'drain' }) },
          },
          invoke: {
            src: 'claim',
            input: ({ context }) => ({ agent: context.agent, limit: context.asked }),
            onDone: {
              target: 'idle',
              actions: { type: 'spawnClaimed', params: ({ event }) => ({ tasks: event.output }) },
            },
            onError: 'holding',
          },
        },
        holding: {
          // A claim that failed took nothing: what came meanwhile need not wait for another.
          always: [
            { guard: 'wishesDrain', target: '#taskSupervisor.draining' },
            { guard: 'wishesPause', target: '#taskSupervisor.paused' },
          ],
          after: { holdDelay: 'claiming' },
          on: { pause: '#taskSupervisor.paused', drain: '#taskSupervisor.draining' },
        },
      },
    },
    paused: {
      entry: assign({ wish: 'run' }),
      on: { resume: '#taskSupervisor.running', drain: 'draining' },
    },
    draining: {
      entry: assign({ wish: 'run' }),
      always: { guard: 'isEmpty', target: 'stopped' },
      on: { 'limits.changed': { target: 'running', actions: 'changeLimits' } },
    },
    stopped: { type: 'final' },
  },
});
