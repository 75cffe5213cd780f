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
  Actor,
  type AnyActorRef,
  assign,
  type DoneActorEvent,
  type ErrorActorEvent,
  enqueueActions,
  fromPromise,
  setup,
} from 'xstate';
import { freePlaces } from '../core/places.ts';
import { unprovided } from '../core/unprovided.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import { aftermathMachine } from './aftermath.machine.ts';
import { type TaskInput, type TaskOutput, taskMachine } from './task.machine.ts';

export interface TaskSupervisorInput {
  readonly agent: string;
  /** Tasks that run at once. */
  readonly concurrency: number;
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
}

export interface ClaimInput {
  readonly agent: string;
  /** How many tasks may be taken. For the very moment of the claim: more places may have become free since it was asked for. */
  readonly free: () => number;
}

/** Tasks that are the supervisor's now. */
export interface Claimed {
  readonly tasks: readonly TaskRecord[];
  /** There may be ready rows beyond these. */
  readonly more: boolean;
}

export interface TaskSupervisorContext extends TaskSupervisorInput {
  /** Tasks that have not ended, and those that something is left to do about. */
  readonly live: number;
  /** There may be ready rows beyond what was claimed. */
  readonly more: boolean;
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

/** Of the ids of tasks' actors. */
const taskPrefix = 'task.';
const aftermathId = (taskId: string) => `aftermath.${taskId}`;

export const taskSupervisorMachine = setup({
  types: {
    input: {} as TaskSupervisorInput,
    context: {} as TaskSupervisorContext,
    events: {} as TaskSupervisorEvent,
  },
  actors: {
    claim: fromPromise<Claimed, ClaimInput>(unprovided('claim')),
    aftermath: aftermathMachine,
    task: taskMachine,
  },
  actions: {
    spawnClaimed: assign(({ context, spawn, self, system }, params: Claimed) => {
      const events: AnyActorRef | undefined = system.get('events');
      const { children } = self.getSnapshot();
      const places = freePlaces(taskPrefix, children);
      for (const task of params.tasks) {
        // Of the last: somebody asked for it during an earlier attempt, whose worker died.
        const cancel = context.early.get(task.id) ?? task.cancelReason;
        const { timeout, releasing } = context;
        const child = spawn('task', {
          id: places.next().value,
          input: { task, timeout, cancel, releasing },
        });
        // Before it starts: what a child emits at its first step reaches nobody who comes later.
        child.on('*', (event) => events?.send(event));
      }
      const claimed = new Set(params.tasks.map(({ id }) => id));
      // It waits after all: the claim that took it failed, or its attempt ended before the cancel came.
      const missed = [...context.early].filter(
        ([taskId]) => !claimed.has(taskId) && children[aftermathId(taskId)] === undefined,
      );
      for (const [taskId, cancel] of missed)
        spawn('aftermath', {
          id: aftermathId(taskId),
          input: { taskId, cancel, releasing: context.releasing },
        });
      const live = context.live + claimed.size + missed.length;
      return { live, more: context.more || params.more, early: new Map() };
    }),
    reap: enqueueActions(({ enqueue, event, context, self }) => {
      if (!('actorId' in event)) return;
      enqueue.stopChild(event.actorId);
      const { released, cancel, taskId } = 'output' in event ? event.output : nothing;
      const more = context.more || released;
      const after: AnyActorRef | undefined = self.getSnapshot().children[aftermathId(taskId)];
      // One that is still at it will cancel the task as well.
      if (cancel === undefined || after !== undefined)
        return enqueue.assign({ live: context.live - 1, more });
      enqueue.assign({ more });
      const { releasing } = context;
      enqueue.spawnChild('aftermath', { id: aftermathId(taskId), input: { taskId, cancel, releasing } });
    }),
    /** A task's actor failed, which is a defect of ours: its row must not stay `running` until the next start. */
    rescue: enqueueActions(({ enqueue, event, context, self }) => {
      if (!('actorId' in event)) return;
      const task = taskOf(self, event.actorId);
      enqueue.stopChild(event.actorId);
      if (task === undefined) return enqueue.assign({ live: context.live - 1 });
      // It keeps the task's place: a drain that took it for empty would stop the rescue before it began.
      const id = aftermathId(task.id);
      const { releasing } = context;
      enqueue.spawnChild('aftermath', { id, input: { taskId: task.id, broken: task, releasing } });
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
      const attempt = attemptAt(taskId, children);
      const child = attempt ?? children[aftermathId(taskId)];
      if (child !== undefined) enqueue.sendTo(child, { type: 'task.cancel', reason });
      // The row may be `running` in the journal while its claim is still on the way to here.
      if (attempt === undefined && snapshot.matches({ running: 'claiming' }))
        enqueue.assign({ early: new Map(context.early).set(taskId, reason) });
      // Its actor ended while the cancel was on the way: it may wait for another attempt now.
      else if (child === undefined) {
        const input = { taskId, cancel: reason, releasing: context.releasing };
        enqueue.spawnChild('aftermath', { id: aftermathId(taskId), input });
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
    wish: 'run',
    releasing: false,
    early: new Map(),
  }),
  initial: 'running',
  on: {
    'task.cancel': { actions: 'cancelTask' },
    'xstate.done.actor.task.*': { actions: 'reap' },
    'xstate.error.actor.task.*': {
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
          entry: assign({ more: false }),
          on: {
            pause: { guard: 'wishesNoDrain', actions: assign({ wish: 'pause' }) },
            resume: { guard: 'wishesPause', actions: assign({ wish: 'run' }) },
            drain: { actions: assign({ wish: 'drain' }) },
          },
          invoke: {
            src: 'claim',
            input: ({ context, self }) => ({
              agent: context.agent,
              free: () => free(self.getSnapshot().context),
            }),
            onDone: {
              target: 'idle',
              actions: { type: 'spawnClaimed', params: ({ event }) => event.output },
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

/** How many more tasks may run now. */
function free({ wish, concurrency, live }: TaskSupervisorContext): number {
  return wish === 'run' ? Math.max(0, concurrency - live) : 0;
}

/** The task that a supervisor's child was made for. One whose very first step failed has no context to ask. */
export function taskOf(supervisor: AnyActorRef, actorId: string): TaskRecord | undefined {
  const children: Readonly<Record<string, AnyActorRef | undefined>> = supervisor.getSnapshot().children;
  const child = children[actorId];
  const input = child instanceof Actor ? child.options.input : undefined;
  return isTaskInput(input) ? input.task : undefined;
}

/** The input of an aftermath has no whole task. */
function isTaskInput(input: unknown): input is TaskInput {
  return typeof input === 'object' && input !== null && 'task' in input;
}

/** The actor of a task's attempt. */
function attemptAt(
  taskId: string,
  children: Readonly<Record<string, AnyActorRef | undefined>>,
): AnyActorRef | undefined {
  for (const [id, child] of Object.entries(children)) {
    if (id.startsWith(taskPrefix) && child?.getSnapshot().context?.task.id === taskId) return child;
  }
  return undefined;
}
