// One attempt at a task, from its claim to its record.
//
//   starting     the claim is on disk; the deliveries of `task.started` are written, where there are any
//   running      the agent works (`working`); meanwhile what a program left behind may have to be ended first or
//                last (`clearing`), which takes nothing of the attempt's time; after a cancel, a timeout or a stop
//                the agent is told to end and waited for (`cancelling`), since a killed program may need seconds to go
//   recording    the attempt's end is committed with the deliveries that it causes (`committing`); while
//                the journal cannot write, the end is held and tried again (`holding`), here as in `starting` and
//                in `releasing`
//   releasing    a stop: the task goes back to the queue instead
//   completed, failed, cancelled   recorded; nothing follows
//   retrying     recorded; the row waits for its next attempt, which is another actor
//   released, lost   the row went back to the queue, or another worker holds it
//   unrecorded   a stop, and the journal still cannot write: the row stays as it is, and the next start takes it for one
//                that was cut off
import { assign, type EventObject, emit, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import type { CallboardEvent } from '../core/events.ts';
import { errorMessage, type Failure } from '../core/failure.ts';
import { lastTries } from '../core/last-tries.ts';
import { unprovided } from '../core/unprovided.ts';
import { StaleFence } from '../journal/errors.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import type { AttemptEnd, RecordedEnd } from './attempt.ts';

export interface TaskInput {
  readonly task: TaskRecord;
  /** Milliseconds that the attempt may take. */
  readonly timeout: number;
  /** Why it was cancelled while its claim was on the way: then its agent is never started. */
  readonly cancel?: string | undefined;
  /** The process gave back what ran while its claim was on the way: then its agent is never started either. */
  readonly releasing?: boolean | undefined;
}

export interface TaskContext extends TaskInput {
  /** Why the agent was told to end. */
  readonly stop: 'none' | 'cancel' | 'timeout' | 'release';
  readonly stopReason: string;
  readonly end: AttemptEnd | undefined;
  readonly recorded: RecordedEnd | undefined;
  /** What a commit is held for, in words. */
  readonly heldFor: string | undefined;
  /** How many commits may still fail before it gives up; undefined while it may hold for ever. */
  readonly triesLeft: number | undefined;
}

export type TaskEvent =
  | { readonly type: 'task.cancel'; readonly reason: string }
  /** The process stops: give the task back. */
  | { readonly type: 'task.release' }
  | RunPhase
  | RunEnd;

/** Whether what the agent does is its work, which the timeout bounds, or the ending of what a program left behind. */
export type RunPhase = { readonly type: 'run.clearing' } | { readonly type: 'run.working' };

/** How the running agent ended. */
export type RunEnd =
  | { readonly type: 'run.completed'; readonly output: string; readonly notes: unknown }
  | { readonly type: 'run.failed'; readonly failure: Failure; readonly notes: unknown };

export interface TaskOutput {
  readonly taskId: string;
  /** Another task of its group may run now. */
  readonly released: boolean;
  /** Why it is to be cancelled, where that came too late for this attempt and the task is not over. */
  readonly cancel: string | undefined;
}

/** Tells the running agent to end. */
export interface AbortRun extends EventObject {
  readonly type: 'run.abort';
}

export type TaskEmitted = Extract<CallboardEvent, { type: `task.${string}` }>;

/** How long a held record waits before it is tried again, in milliseconds. */
const holdDelay = 1_000;
/** How long an agent that was told to end may take before it is given up, in milliseconds. */
const cancelDelay = 15_000;

export const taskMachine = setup({
  types: {
    input: {} as TaskInput,
    context: {} as TaskContext,
    events: {} as TaskEvent,
    emitted: {} as TaskEmitted,
    output: {} as TaskOutput,
  },
  actors: {
    recordStart: fromPromise<void, { task: TaskRecord }>(unprovided('recordStart')),
    runAgent: fromCallback<AbortRun, { task: TaskRecord }>(unprovided('runAgent')),
    record: fromPromise<RecordedEnd, { task: TaskRecord; end: AttemptEnd }>(unprovided('record')),
    requeue: fromPromise<void, { task: TaskRecord }>(unprovided('requeue')),
  },
  actions: {
    tellStarted: emit(({ context: { task } }) => ({
      type: 'task.started' as const,
      taskId: task.id,
      agent: task.agent,
      trigger: task.trigger,
      at: task.startedAt ?? task.createdAt,
      attempt: task.attempt,
      scheduledAt: task.scheduledAt,
    })),
    tellEnd: emit(({ context }) => {
      if (context.recorded === undefined) throw new Error('tellEnd before the end was recorded');
      return context.recorded.event;
    }),
    /** Opens the attempt's span, where none was opened with its start. Provided by the runtime. */
    begin: () => {},
    abortRun: sendTo('run', { type: 'run.abort' }),
    endByStop: assign({ end: ({ context }) => endOfStop(context, undefined) }),
    /** Says that a commit failed and is tried again. Provided by the runtime: it has the log. */
    tellHold: (_, _params: { error: unknown }) => {},
    hold: assign(({ context: { triesLeft } }, { error }: { error: unknown }) => ({
      heldFor: errorMessage(error),
      triesLeft: triesLeft && triesLeft - 1,
    })),
    /** Says that its end is given up. Provided by the runtime: it counts them. */
    tellUnrecorded: () => {},
  },
  guards: {
    lost: (_, params: { error: unknown }) => params.error instanceof StaleFence,
    /** No notification asks for its start. Provided by the runtime: it knows the agent's notifications. */
    isUnnoticed: () => false,
    toldToStop: ({ context }) => context.stop !== 'none',
    toldToRelease: ({ context }) => context.stop === 'release',
    isHopeless: ({ context }) => context.triesLeft === 0,
    recordedAs: ({ context }, params: { status: RecordedEnd['status'] }) =>
      context.recorded?.status === params.status,
  },
  delays: {
    timeout: ({ context }) => context.timeout,
    holdDelay,
    cancelDelay,
  },
}).createMachine({
  id: 'task',
  options: { maxIterations: 100 },
  context: ({ input }) => ({
    ...input,
    stop: input.cancel !== undefined ? 'cancel' : input.releasing ? 'release' : 'none',
    stopReason: input.cancel ?? '',
    end: undefined,
    recorded: undefined,
    heldFor: undefined,
    triesLeft: input.releasing ? lastTries : undefined,
  }),
  initial: 'starting',
  // Wherever its commits are held.
  always: { guard: 'isHopeless', target: '.unrecorded' },
  output: ({ context: { task, recorded, stop, stopReason, triesLeft } }) => ({
    taskId: task.id,
    released: recorded?.released ?? false,
    cancel:
      stop === 'cancel' && triesLeft !== 0 && (recorded === undefined || recorded.status === 'retrying')
        ? stopReason
        : undefined,
  }),
  on: {
    'task.cancel': { actions: assign({ stop: 'cancel', stopReason: ({ event }) => event.reason }) },
    'task.release': {
      actions: assign({
        stop: ({ context }) => (context.stop === 'cancel' ? 'cancel' : 'release'),
        triesLeft: lastTries,
      }),
    },
  },
  states: {
    starting: {
      initial: 'claimed',
      states: {
        claimed: {
          always: [
            { guard: 'toldToStop', target: 'committing' },
            { guard: 'isUnnoticed', target: '#task.running', actions: 'tellStarted' },
            { target: 'committing' },
          ],
        },
        committing: {
          invoke: {
            src: 'recordStart',
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              // Told to end before the agent was started: it never is.
              { guard: 'toldToStop', target: '#task.stopped', actions: ['tellStarted', 'endByStop'] },
              { target: '#task.running', actions: 'tellStarted' },
            ],
            onError: [
              {
                guard: { type: 'lost', params: ({ event }) => ({ error: event.error }) },
                target: '#task.lost',
              },
              {
                target: 'holding',
                actions: [
                  { type: 'tellHold', params: ({ event }) => ({ error: event.error }) },
                  { type: 'hold', params: ({ event }) => ({ error: event.error }) },
                ],
              },
            ],
          },
        },
        holding: { after: { holdDelay: 'committing' } },
      },
    },
    running: {
      // What its start was held for is over: its end may be held for the same, and says so then.
      entry: ['begin', assign({ heldFor: undefined })],
      invoke: { id: 'run', src: 'runAgent', input: ({ context }) => ({ task: context.task }) },
      initial: 'working',
      on: {
        'run.completed': {
          target: 'recording',
          actions: assign({
            end: ({ event }) => ({ kind: 'completed', output: event.output, notes: event.notes }),
          }),
        },
        'run.failed': {
          target: 'recording',
          actions: assign({
            end: ({ event }) => ({ kind: 'failed', failure: event.failure, notes: event.notes }),
          }),
        },
      },
      states: {
        working: {
          always: { guard: 'toldToStop', target: 'cancelling' },
          after: { timeout: { target: 'cancelling', actions: assign({ stop: 'timeout' }) } },
          on: { 'run.clearing': 'clearing' },
        },
        clearing: {
          always: { guard: 'toldToStop', target: 'cancelling' },
          on: { 'run.working': 'working' },
        },
        cancelling: {
          entry: 'abortRun',
          after: {
            cancelDelay: {
              target: '#task.stopped',
              actions: 'endByStop',
            },
          },
          on: {
            'run.completed': [
              // Work that is done is not done again after the restart.
              {
                guard: 'toldToRelease',
                target: '#task.recording',
                actions: assign({
                  end: ({ event }) => ({ kind: 'completed', output: event.output, notes: event.notes }),
                }),
              },
              {
                target: '#task.stopped',
                actions: assign({ end: ({ context, event }) => endOfStop(context, event.notes) }),
              },
            ],
            'run.failed': {
              target: '#task.stopped',
              actions: assign({ end: ({ context, event }) => endOfStop(context, event.notes) }),
            },
          },
        },
      },
    },
    stopped: { always: [{ guard: 'toldToRelease', target: 'releasing' }, { target: 'recording' }] },
    recording: {
      initial: 'committing',
      states: {
        committing: {
          invoke: {
            src: 'record',
            input: ({ context }) => ({
              task: context.task,
              end: context.end ?? endOfStop(context, undefined),
            }),
            onDone: { target: '#task.recorded', actions: assign({ recorded: ({ event }) => event.output }) },
            onError: [
              {
                guard: { type: 'lost', params: ({ event }) => ({ error: event.error }) },
                target: '#task.lost',
              },
              {
                target: 'holding',
                actions: [
                  { type: 'tellHold', params: ({ event }) => ({ error: event.error }) },
                  { type: 'hold', params: ({ event }) => ({ error: event.error }) },
                ],
              },
            ],
          },
        },
        holding: { after: { holdDelay: 'committing' } },
      },
    },
    recorded: {
      always: [
        {
          guard: { type: 'recordedAs', params: { status: 'completed' } },
          target: 'completed',
          actions: 'tellEnd',
        },
        {
          guard: { type: 'recordedAs', params: { status: 'cancelled' } },
          target: 'cancelled',
          actions: 'tellEnd',
        },
        {
          guard: { type: 'recordedAs', params: { status: 'retrying' } },
          target: 'retrying',
          actions: 'tellEnd',
        },
        { target: 'failed', actions: 'tellEnd' },
      ],
    },
    releasing: {
      initial: 'committing',
      states: {
        committing: {
          invoke: {
            src: 'requeue',
            input: ({ context }) => ({ task: context.task }),
            onDone: '#task.released',
            onError: [
              {
                guard: { type: 'lost', params: ({ event }) => ({ error: event.error }) },
                target: '#task.lost',
              },
              {
                target: 'holding',
                actions: [
                  { type: 'tellHold', params: ({ event }) => ({ error: event.error }) },
                  { type: 'hold', params: ({ event }) => ({ error: event.error }) },
                ],
              },
            ],
          },
        },
        holding: { after: { holdDelay: 'committing' } },
      },
    },
    completed: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
    retrying: { type: 'final' },
    released: { type: 'final' },
    lost: { type: 'final' },
    unrecorded: { type: 'final', entry: 'tellUnrecorded' },
  },
});

function endOfStop(context: TaskContext, notes: unknown): AttemptEnd {
  if (context.stop === 'timeout') return { kind: 'timeout', timeout: context.timeout, notes };
  return { kind: 'cancelled', reason: context.stopReason, notes };
}
