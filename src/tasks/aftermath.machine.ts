// What is left to do about a task whose actor has ended.
//
//   rescuing      the actor failed: the task is put in order as after a crash
//   withdrawing   a cancel came while its retry or its return to the queue was being written: now it waits, and is
//                 cancelled as what waits is
//   done
//   unrecorded    a stop, and the journal still cannot write: the next start puts the task in order
//
// In each the work is under way (`trying`), or the journal could not write and it is tried again after a wait that
// doubles (`holding`); once a stop has given back what ran, only a few times more.
import { assign, fromPromise, setup } from 'xstate';
import { backoffDelay } from '../core/backoff.ts';
import { errorMessage } from '../core/failure.ts';
import { lastTries } from '../core/last-tries.ts';
import { unprovided } from '../core/unprovided.ts';
import { StaleFence } from '../journal/errors.ts';
import type { TaskRecord } from '../journal/tasks.ts';

export interface AftermathInput {
  readonly taskId: string;
  /** The task as its failed actor had it. */
  readonly broken?: TaskRecord | undefined;
  /** Why it is to be cancelled. */
  readonly cancel?: string | undefined;
  /** The process has given back what ran. */
  readonly releasing?: boolean | undefined;
}

export interface Withdrawal {
  readonly taskId: string;
  readonly reason: string;
}

export interface AftermathContext extends AftermathInput {
  /** Tries that failed. */
  readonly failures: number;
  /** What it is held for, in words. */
  readonly heldFor: string | undefined;
  /** How many tries may still fail before it gives up; undefined while it may hold for ever. */
  readonly triesLeft: number | undefined;
}

const retry = { maxAttempts: Number.POSITIVE_INFINITY, initialDelay: 1_000, maxDelay: 30_000 };
/** One process writes to the journal: there is nobody to keep out of step with. */
const noJitter = { next: () => 0 };

export const aftermathMachine = setup({
  types: {
    input: {} as AftermathInput,
    context: {} as AftermathContext,
    events: {} as
      | { readonly type: 'task.cancel'; readonly reason: string }
      | { readonly type: 'task.release' },
  },
  actors: {
    /** Gives the task back to the queue as after a crash, or ends it. */
    rescue: fromPromise<void, { task: TaskRecord }>(unprovided('rescue')),
    /** Cancels the task that waits; one that was claimed meanwhile is cancelled by its new actor. */
    withdraw: fromPromise<void, Withdrawal>(unprovided('withdraw')),
  },
  actions: {
    /** Says that it failed and is tried again. Provided by the runtime: it has the log. */
    tellHold: (_, _params: { error: unknown }) => {},
    hold: assign(({ context: { failures, triesLeft } }, { error }: { error: unknown }) => ({
      failures: failures + 1,
      heldFor: errorMessage(error),
      triesLeft: triesLeft && triesLeft - 1,
    })),
    release: assign({ triesLeft: lastTries }),
    /** Says that it is given up. Provided by the runtime: it counts them. */
    tellUnrecorded: () => {},
  },
  guards: {
    isBroken: ({ context }) => context.broken !== undefined,
    isCancelled: ({ context }) => context.cancel !== undefined,
    isHopeless: ({ context }) => context.triesLeft === 0,
    lost: (_, params: { error: unknown }) => params.error instanceof StaleFence,
  },
  delays: {
    holdDelay: ({ context: { failures, triesLeft } }) =>
      triesLeft === undefined ? backoffDelay(retry, failures, noJitter) : retry.initialDelay,
  },
}).createMachine({
  id: 'aftermath',
  options: { maxIterations: 100 },
  context: ({ input }) => ({
    ...input,
    failures: 0,
    heldFor: undefined,
    triesLeft: input.releasing ? lastTries : undefined,
  }),
  initial: 'begun',
  // Wherever it is held.
  always: { guard: 'isHopeless', target: '.unrecorded' },
  on: {
    'task.cancel': { actions: assign({ cancel: ({ event }) => event.reason }) },
    'task.release': { actions: 'release' },
  },
  states: {
    begun: { always: [{ guard: 'isBroken', target: 'rescuing' }, { target: 'rescued' }] },
    rescuing: {
      initial: 'trying',
      states: {
        trying: {
          invoke: {
            src: 'rescue',
            input: ({ context: { broken } }) => {
              if (broken === undefined) throw new Error('nothing to rescue');
              return { task: broken };
            },
            onDone: '#aftermath.rescued',
            onError: [
              // It is in order: over, or in the hands of another worker.
              {
                guard: { type: 'lost', params: ({ event }) => ({ error: event.error }) },
                target: '#aftermath.rescued',
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
        holding: {
          after: { holdDelay: 'trying' },
          on: { 'task.release': { target: 'trying', actions: 'release' } },
        },
      },
    },
    rescued: { always: [{ guard: 'isCancelled', target: 'withdrawing' }, { target: 'done' }] },
    withdrawing: {
      initial: 'trying',
      states: {
        trying: {
          invoke: {
            src: 'withdraw',
            input: ({ context: { taskId, cancel = '' } }) => ({ taskId, reason: cancel }),
            onDone: '#aftermath.done',
            onError: {
              target: 'holding',
              actions: [
                { type: 'tellHold', params: ({ event }) => ({ error: event.error }) },
                { type: 'hold', params: ({ event }) => ({ error: event.error }) },
              ],
            },
          },
        },
        holding: {
          after: { holdDelay: 'trying' },
          on: { 'task.release': { target: 'trying', actions: 'release' } },
        },
      },
    },
    done: { type: 'final' },
    unrecorded: { type: 'final', entry: 'tellUnrecorded' },
  },
});
