// One agent of the file: groups its task supervisor and its triggers, so that the runtime has few children.
//
//   running    triggers make tasks, the supervisor runs them
//   draining   triggers are gone, the supervisor drains: the runtime stops, or the file no longer has the agent.
//              One that comes back into the file before the last task has ended goes on (`agent.changed`)
//   stopped
//
// The supervisor is made when there is something to run: of ten thousand agents most have nothing most of the time.
import { type AnyActorRef, type DoneActorEvent, type ErrorActorEvent, enqueueActions, setup } from 'xstate';
import { type TaskSupervisorInput, taskSupervisorMachine } from '../tasks/supervisor.machine.ts';
import { type ScheduleInput, scheduleMachine } from '../triggers/schedule.machine.ts';
import { type WebhookInput, webhookMachine } from '../triggers/webhook.machine.ts';

export interface AgentInput {
  readonly name: string;
  readonly tasks: TaskSupervisorInput;
  /** Tasks of it wait in the journal. */
  readonly busy: boolean;
  readonly schedules: readonly ScheduleInput[];
  readonly webhooks: readonly WebhookInput[];
}

/** What another file means for an agent that runs: these triggers go, then those come. */
export interface AgentChange extends Omit<AgentInput, 'busy'> {
  /** Ids of triggers. */
  readonly removed: readonly string[];
}

export interface AgentContext {
  readonly name: string;
  readonly tasks: TaskSupervisorInput;
  /** Its supervisor has been made. */
  readonly supervised: boolean;
}

export type AgentEvent =
  | { readonly type: 'rows.ready' }
  | { readonly type: 'task.cancel'; readonly taskId: string; readonly reason: string }
  | { readonly type: 'clock.changed' }
  | ({ readonly type: 'agent.changed' } & AgentChange)
  | { readonly type: 'drain' }
  | { readonly type: 'release' }
  | DoneActorEvent<unknown>
  | ErrorActorEvent<unknown>;

const triggerPrefix = 'trigger:';

/** The id, within its agent, of the actor of a trigger. */
export const triggerActorId = (trigger: string) => `${triggerPrefix}${trigger}`;

export const agentMachine = setup({
  types: {
    input: {} as AgentInput,
    context: {} as AgentContext,
    events: {} as AgentEvent,
  },
  actors: { tasks: taskSupervisorMachine, schedule: scheduleMachine, webhook: webhookMachine },
  actions: {
    /** A supervisor begins with a claim, so one that is made now need not be told. */
    wakeTasks: enqueueActions(({ enqueue, event, context, self }) => {
      const tasks: AnyActorRef | undefined = self.getSnapshot().children.tasks;
      if (tasks !== undefined) return enqueue.sendTo(tasks, event);
      enqueue.spawnChild('tasks', { id: 'tasks', input: context.tasks });
      enqueue.assign({ supervised: true });
    }),
    passToTasks: enqueueActions(({ enqueue, event, self }) => {
      const tasks: AnyActorRef | undefined = self.getSnapshot().children.tasks;
      if (tasks !== undefined) enqueue.sendTo(tasks, event);
    }),
    passToTriggers: enqueueActions(({ enqueue, event, self }) => {
      for (const [id, child] of Object.entries(self.getSnapshot().children)) {
        if (child !== undefined && id.startsWith(triggerPrefix)) enqueue.sendTo(child, event);
      }
    }),
    stopTriggers: enqueueActions(({ enqueue, self }) => {
      for (const id of Object.keys(self.getSnapshot().children)) {
        if (id.startsWith(triggerPrefix)) enqueue.stopChild(id);
      }
    }),
    /** Says that a child failed, which is a defect of ours. Provided by the runtime: it has the log. */
    tellError: (_, _params: undefined) => {},
    change: enqueueActions(({ enqueue, event, self }) => {
      if (event.type !== 'agent.changed') return;
      for (const trigger of event.removed) enqueue.stopChild(triggerActorId(trigger));
      for (const input of event.schedules)
        enqueue.spawnChild('schedule', { id: triggerActorId(input.trigger), input });
      for (const input of event.webhooks)
        enqueue.spawnChild('webhook', { id: triggerActorId(input.trigger), input });
      enqueue.assign({ tasks: event.tasks });
      const tasks: AnyActorRef | undefined = self.getSnapshot().children.tasks;
      if (tasks !== undefined) enqueue.sendTo(tasks, { type: 'limits.changed', ...event.tasks });
    }),
  },
  guards: { isUnsupervised: ({ context }) => !context.supervised },
}).createMachine({
  id: 'agent',
  options: { maxIterations: 1_000 },
  context: ({ input, spawn }) => {
    if (input.busy) spawn('tasks', { id: 'tasks', input: input.tasks });
    for (const schedule of input.schedules)
      spawn('schedule', { id: triggerActorId(schedule.trigger), input: schedule });
    for (const webhook of input.webhooks)
      spawn('webhook', { id: triggerActorId(webhook.trigger), input: webhook });
    return { name: input.name, tasks: input.tasks, supervised: input.busy };
  },
  initial: 'running',
  on: {
    // A trigger that failed: without this the whole agent would fail with it.
    'xstate.error.actor.*': { actions: 'tellError' },
    'task.cancel': { actions: 'passToTasks' },
    release: { actions: 'passToTasks' },
  },
  states: {
    running: {
      on: {
        'rows.ready': { actions: 'wakeTasks' },
        'clock.changed': { actions: 'passToTriggers' },
        'agent.changed': { actions: 'change' },
        drain: { target: 'draining', actions: ['stopTriggers', 'passToTasks'] },
      },
    },
    draining: {
      always: { guard: 'isUnsupervised', target: 'stopped' },
      on: {
        'agent.changed': { target: 'running', actions: 'change' },
        'xstate.done.actor.tasks': 'stopped',
        'xstate.error.actor.tasks': 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});
