// One schedule, from instant to instant.
//
//   waiting     until its next instant (or until the wall clock was set: `clock.changed`)
//   admitting   what came due is admitted or recorded as skipped, each in a commit of its own (`committing`);
//               while the queue is full or the journal cannot write the rest is held and tried again (`holding`)
//   due         decides what comes next, where that is not simply the next wait
//   paused      instants that come, and those that were held, are recorded as skipped when it is resumed
//   disabled    as the file says: no instants, no records
//   finished    there is no next instant
//
// `lastInstant` is a row: everything up to it is dealt with, so a restart repeats and loses nothing.
import { assign, emit, fromPromise, setup } from 'xstate';
import type { CallboardEvent } from '../core/events.ts';
import { errorMessage } from '../core/failure.ts';
import { unprovided } from '../core/unprovided.ts';

export interface ScheduleInput {
  readonly agent: string;
  readonly trigger: string;
  readonly enabled: boolean;
  readonly paused: boolean;
  /** All instants up to here are dealt with. Wall milliseconds. */
  readonly lastInstant: number;
  /** Instants up to here came while it was paused, and may not be on record yet. Wall milliseconds. */
  readonly pausedUntil: number | undefined;
}

/** The next instant, and the milliseconds to it as they were when it was looked up; undefined when there is none. */
export type Wait = { readonly ms: number; readonly at: number } | undefined;

export interface AdmitInput {
  readonly agent: string;
  readonly trigger: string;
  readonly lastInstant: number;
  /** Instants up to here came while it was paused. Wall milliseconds. */
  readonly pausedUntil: number | undefined;
  /** Whether it is paused now: then what is left is left alone. */
  readonly isPaused: () => boolean;
}

/** The last instant that is dealt with, and what to wait for after it. */
export interface DealtWith {
  readonly lastInstant: number;
  readonly wait: Wait;
  /** What keeps the instants after the last one from being dealt with. */
  readonly trouble: unknown;
}

export interface ScheduleContext extends ScheduleInput {
  readonly wait: Wait;
  /** What instants are held for, in words. */
  readonly heldFor: string | undefined;
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
    /** Deals with all instants that are due, as far as it comes. */
    admitDue: fromPromise<DealtWith, AdmitInput>(unprovided('admitDue')),
  },
  actions: {
    /** Sets `wait`. Provided by the runtime: it needs the calendar and the clock. */
    lookAhead: assign({ wait: undefined }),
    /** Asks for `wait.over` after `wait`. Provided by the runtime: the schedules share one heap of waits. */
    arm: () => {},
    /** Takes that back. */
    disarm: () => {},
    moveOn: assign(({ context: { pausedUntil } }, { lastInstant, wait }: DealtWith) => ({
      lastInstant,
      wait,
      pausedUntil:
        wait !== undefined && pausedUntil !== undefined && wait.at <= pausedUntil ? pausedUntil : undefined,
      heldFor: undefined,
    })),
    /** What is dealt with is never dealt with again, however often the rest is tried. */
    comeSoFar: assign((_, { lastInstant }: DealtWith) => ({ lastInstant })),
    /** Says why instants are held. Provided by the runtime: it has the log. */
    tellHold: (_, _params: { error: unknown }) => {},
    hold: assign((_, { error }: { error: unknown }) => ({ heldFor: errorMessage(error) })),
    goOn: assign({
      lastInstant: ({ context, event }) => (event.type === 'go.on' ? event.from : context.lastInstant),
      // Of the time that it does not go on from.
      pausedUntil: undefined,
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
    isHeld: (_, { trouble }: DealtWith) => trouble !== undefined,
    isDue: ({ context }) => context.wait !== undefined && context.wait.ms <= 0,
  },
  delays: { holdDelay: 1_000 },
}).createMachine({
  id: 'schedule',
  options: { maxIterations: 1_000 },
  context: ({ input }) => ({ ...input, wait: undefined, heldFor: undefined }),
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
            input: ({ context: { agent, trigger, lastInstant, pausedUntil }, self }) => ({
              agent,
              trigger,
              lastInstant,
              pausedUntil,
              isPaused: () => self.getSnapshot().context.paused,
            }),
            onDone: [
              {
                guard: { type: 'isHeld', params: ({ event }) => event.output },
                target: 'holding',
                actions: [
                  { type: 'comeSoFar', params: ({ event }) => event.output },
                  { type: 'tellHold', params: ({ event }) => ({ error: event.output.trouble }) },
                  { type: 'hold', params: ({ event }) => ({ error: event.output.trouble }) },
                ],
              },
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
          // What is held would else become tasks of a paused trigger.
          always: { guard: 'isPaused', target: '#schedule.paused' },
          after: { holdDelay: 'committing' },
        },
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
        resume: {
          target: 'admitting',
          actions: [assign(({ event }) => ({ paused: false, pausedUntil: event.at })), 'tellResumed'],
        },
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
