// One schedule, from instant to instant.
//
//   waiting     until its next instant (or until the wall clock was set: `clock.changed`)
//   admitting   what came due is admitted or recorded as skipped, each in a commit of its own (`committing`);
//               while the journal cannot write it is held and tried again (`holding`)
//   due         decides what comes next, where that is not simply the next wait
//   paused      instants that come are recorded as skipped when it is resumed
//   disabled    as the file says: no instants, no records
//   finished    there is no next instant
//
// `lastInstant` is a row: everything up to it is dealt with, so a restart repeats and loses nothing.
import { assign, emit, fromPromise, setup } from 'xstate';
import type { CallboardEvent } from '../core/events.ts';
import { unprovided } from '../core/unprovided.ts';

export interface ScheduleInput {
  readonly agent: string;
  readonly trigger: string;
  readonly enabled: boolean;
  readonly paused: boolean;
  /** All instants up to here are dealt with. Wall milliseconds. */
  readonly lastInstant: number;
}

/** The next instant, and the milliseconds to it as they were when it was looked up; undefined when there is none. */
export type Wait = { readonly ms: number; readonly at: number } | undefined;

/** The last instant that is dealt with, and what to wait for after it. */
export interface DealtWith {
  readonly lastInstant: number;
  readonly wait: Wait;
}

interface ScheduleContext extends ScheduleInput {
  readonly wait: Wait;
  /** It was paused when the instants that are being dealt with came. */
  readonly skipping: boolean;
}

export type ScheduleEvent =
  | { readonly type: 'clock.changed' }
  /** It goes on from another instant than it stands at, which may be an earlier one. */
  | { readonly type: 'go.on'; readonly from: number }
  /** What `arm` asked for: the time to the next instant has passed. */
  | { readonly type: 'wait.over' }
  | { readonly type: 'pause'; readonly at: number }
  | { readonly type: 'resume'; readonly at: number };

export type ScheduleEmitted = Extract<CallboardEvent, { type: 'trigger.paused' | 'trigger.resumed' }>;

export const scheduleMachine = setup({
  types: {
    input: {} as ScheduleInput,
    context: {} as ScheduleContext,
    events: {} as ScheduleEvent,
    emitted: {} as ScheduleEmitted,
  },
  actors: {
    /** Deals with all instants that are due. */
    admitDue: fromPromise<
      DealtWith,
      { agent: string; trigger: string; lastInstant: number; paused: boolean }
    >(unprovided('admitDue')),
  },
  actions: {
    /** Sets `wait`. Provided by the runtime: it needs the calendar and the clock. */
    lookAhead: assign({ wait: undefined }),
    /** Asks for `wait.over` after `wait`. Provided by the runtime: the schedules share one heap of waits. */
    arm: () => {},
    /** Takes that back. */
    disarm: () => {},
    moveOn: assign((_, { lastInstant, wait }: DealtWith) => ({ lastInstant, wait, skipping: false })),
    goOn: assign({
      lastInstant: ({ context, event }) => (event.type === 'go.on' ? event.from : context.lastInstant),
    }),
    tellPaused: emit(({ context, event }, _params: undefined) => tell('trigger.paused', context, event)),
    tellResumed: emit(({ context, event }, _params: undefined) => tell('trigger.resumed', context, event)),
  },
  guards: {
    isDisabled: ({ context }) => !context.enabled,
    isPaused: ({ context }) => context.paused,
    isFinished: ({ context }) => context.wait === undefined,
    /** The usual end of an admission: another instant follows, and nobody paused it meanwhile. */
    waitsAgain: ({ context }, { wait }: DealtWith) => !context.paused && wait !== undefined,
    isDue: ({ context }) => context.wait !== undefined && context.wait.ms <= 0,
  },
  delays: { holdDelay: 1_000 },
}).createMachine({
  id: 'schedule',
  options: { maxIterations: 1_000 },
  context: ({ input }) => ({ ...input, wait: undefined, skipping: false }),
  initial: 'due',
  states: {
    due: {
      entry: 'lookAhead',
      always: [
        { guard: 'isDisabled', target: 'disabled' },
        { guard: 'isPaused', target: 'paused' },
        { guard: 'isFinished', target: 'finished' },
        { guard: 'isDue', target: 'admitting' },
        { target: 'waiting' },
      ],
    },
    waiting: {
      // The wait is a duration; whether the instant has come is asked of the wall clock, by `admitDue`.
      entry: 'arm',
      exit: 'disarm',
      on: {
        'wait.over': 'admitting',
        'clock.changed': 'due',
        'go.on': { target: 'due', actions: 'goOn' },
        pause: { target: 'paused', actions: 'tellPaused' },
      },
    },
    admitting: {
      initial: 'committing',
      states: {
        committing: {
          invoke: {
            src: 'admitDue',
            input: ({ context: { agent, trigger, lastInstant, skipping } }) => ({
              agent,
              trigger,
              lastInstant,
              paused: skipping,
            }),
            onDone: [
              {
                guard: { type: 'waitsAgain', params: ({ event }) => event.output },
                target: '#schedule.waiting',
                actions: { type: 'moveOn', params: ({ event }) => event.output },
              },
              {
                target: '#schedule.due',
                actions: { type: 'moveOn', params: ({ event }) => event.output },
              },
            ],
            onError: 'holding',
          },
        },
        holding: { after: { holdDelay: 'committing' } },
      },
      on: {
        pause: { actions: [assign({ paused: true }), 'tellPaused'] },
        resume: { actions: [assign({ paused: false }), 'tellResumed'] },
      },
    },
    paused: {
      entry: assign({ paused: true }),
      on: {
        'go.on': { actions: 'goOn' },
        resume: { target: 'admitting', actions: [assign({ paused: false, skipping: true }), 'tellResumed'] },
      },
    },
    finished: {
      on: {
        'clock.changed': 'due',
        'go.on': { target: 'due', actions: 'goOn' },
        pause: { target: 'paused', actions: 'tellPaused' },
      },
    },
    disabled: {},
  },
});

function tell<Type extends 'trigger.paused' | 'trigger.resumed'>(
  type: Type,
  { agent, trigger }: ScheduleInput,
  event: ScheduleEvent,
) {
  return { type, agent, trigger, at: 'at' in event ? event.at : 0 };
}
