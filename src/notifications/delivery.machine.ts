// One attempt at a delivery, from its claim to its settlement.
//
//   attempting   the request is under way; skipped where the claim is given back. Where a defect of ours stopped the
//                attempt, it is only judged, as a failed one
//   settling     what became of it is committed (`committing`), together with the endpoint's breaker; while
//                the journal cannot write it is held and tried again (`holding`)
//   delivered, dead    settled; nothing follows
//   backoff      settled; the row waits for its next attempt, which is another actor
//   waiting      given back unattempted, or after a failed probe: the row waits for the breaker
//   lost         another worker holds the row
//   unrecorded   a stop, and the journal still cannot write: the row stays as it is, and the next start sends it again
import {
  type ActorRefFrom,
  assign,
  type EventObject,
  emit,
  fromPromise,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import type { DeliveryEvent } from '../core/events.ts';
import { lastTries } from '../core/last-tries.ts';
import { unprovided } from '../core/unprovided.ts';
import type { DeliveryRecord, Settlement } from '../journal/deliveries.ts';
import { StaleFence } from '../journal/errors.ts';
import { type endpointMachine, isAtRest } from './endpoint.machine.ts';

export interface DeliveryInput {
  readonly delivery: DeliveryRecord;
  /** It is the probe of an open breaker: a failure does not use up an attempt. */
  readonly probe: boolean;
  /** The row was claimed too late to be sent, and is given back unattempted. */
  readonly giveBack: boolean;
  readonly endpoint: ActorRefFrom<typeof endpointMachine>;
  /** What was thrown where a defect of ours stopped the attempt: nothing is sent, and it counts as failed. */
  readonly defect?: unknown;
  /** The process has given back what was under way. */
  readonly releasing?: boolean | undefined;
}

/** What became of an attempt, decided but not yet committed. */
export interface AttemptResult {
  readonly attempt: Settlement['attempt'];
  readonly counts: boolean;
  readonly next: Settlement['next'];
  /** What it says about the endpoint; `none` where no request went out. */
  readonly health: 'succeeded' | 'failed' | 'gone' | 'none';
  /** Before this the receiver wants nothing, in wall milliseconds. */
  readonly retryAt?: number | undefined;
  readonly at: number;
}

/** Tells the supervisor that no request of this delivery's actor is under way any more. */
export interface AttemptOver extends EventObject {
  readonly type: 'attempt.over';
  readonly actorId: string;
}

export interface DeliveryContext extends DeliveryInput {
  readonly result: AttemptResult | undefined;
  /** What the settlement made of it, as it was committed; undefined where it only waits again. */
  readonly event: DeliveryEvent | undefined;
  /** How many commits may still fail before it gives up; undefined while it may hold for ever. */
  readonly triesLeft: number | undefined;
}

export const deliveryMachine = setup({
  types: {
    input: {} as DeliveryInput,
    context: {} as DeliveryContext,
    events: {} as { readonly type: 'delivery.release' },
    emitted: {} as DeliveryEvent,
  },
  actors: {
    attempt: fromPromise<AttemptResult, { delivery: DeliveryRecord; probe: boolean; defect: unknown }>(
      unprovided('attempt'),
    ),
    settle: fromPromise<
      DeliveryEvent | undefined,
      {
        delivery: DeliveryRecord;
        result: AttemptResult | undefined;
        endpoint: ActorRefFrom<typeof endpointMachine>;
      }
    >(unprovided('settle')),
  },
  actions: {
    tellEndpoint: sendTo(
      ({ context }) => context.endpoint,
      (_, params: { result: AttemptResult }) => {
        const { health, at, retryAt } = params.result;
        if (health === 'gone') return { type: 'endpoint.pause', reason: 'gone', at } as const;
        if (health === 'succeeded') return { type: 'attempt.succeeded', at } as const;
        return { type: 'attempt.failed', at, retryAt } as const;
      },
    ),
    /** What follows needs the receiver no more: another delivery may be sent meanwhile. */
    tellOver: sendParent(({ self }): AttemptOver => ({ type: 'attempt.over', actorId: self.id })),
    hold: assign({ triesLeft: ({ context: { triesLeft } }) => triesLeft && triesLeft - 1 }),
    release: assign({ triesLeft: lastTries }),
    /** Says that what became of it is given up. Provided by the runtime: it counts them. */
    tellUnrecorded: () => {},
    tellSettled: emit(({ context: { event } }) => {
      if (event === undefined) throw new Error('tellSettled before it was settled');
      return event;
    }),
  },
  guards: {
    isGivenBack: ({ context }) => context.giveBack,
    isHopeless: ({ context }) => context.triesLeft === 0,
    isFirstDefect: ({ context }) => context.defect === undefined,
    lost: (_, params: { error: unknown }) => params.error instanceof StaleFence,
    /** One more success is nothing new to a breaker at rest, as it is after nearly every attempt. */
    saysSomething: ({ context }, { result: { health } }: { result: AttemptResult }) =>
      health !== 'none' && (health !== 'succeeded' || !isAtRest(context.endpoint.getSnapshot())),
    isDelivered: (_, { event }: { event: DeliveryEvent | undefined }) => event?.type === 'delivery.delivered',
    settledAs: ({ context }, params: { type: DeliveryEvent['type'] }) => context.event?.type === params.type,
  },
  delays: { holdDelay: 1_000 },
}).createMachine({
  id: 'delivery',
  options: { maxIterations: 100 },
  context: ({ input }) => ({
    ...input,
    result: undefined,
    event: undefined,
    triesLeft: input.releasing ? lastTries : undefined,
  }),
  initial: 'claimed',
  on: { 'delivery.release': { actions: 'release' } },
  states: {
    claimed: { always: [{ guard: 'isGivenBack', target: 'settling' }, { target: 'attempting' }] },
    attempting: {
      invoke: {
        src: 'attempt',
        input: ({ context: { delivery, probe, defect } }) => ({ delivery, probe, defect }),
        onDone: [
          {
            guard: { type: 'saysSomething', params: ({ event }) => ({ result: event.output }) },
            target: 'settling',
            actions: [
              assign({ result: ({ event }) => event.output }),
              { type: 'tellEndpoint', params: ({ event }) => ({ result: event.output }) },
            ],
          },
          { target: 'settling', actions: assign({ result: ({ event }) => event.output }) },
        ],
        // Whatever may go wrong with a receiver is a result. One that cannot even be judged fails the actor.
        onError: {
          guard: 'isFirstDefect',
          target: 'attempting',
          reenter: true,
          actions: assign({ defect: ({ event }) => event.error }),
        },
      },
      on: { 'delivery.release': { target: 'settling', actions: 'release' } },
    },
    settling: {
      entry: 'tellOver',
      initial: 'committing',
      states: {
        committing: {
          invoke: {
            src: 'settle',
            input: ({ context }) => ({
              delivery: context.delivery,
              result: context.result,
              endpoint: context.endpoint,
            }),
            onDone: [
              // What most of them come to needs no step between.
              {
                guard: { type: 'isDelivered', params: ({ event }) => ({ event: event.output }) },
                target: '#delivery.delivered',
                actions: [assign({ event: ({ event }) => event.output }), 'tellSettled'],
              },
              { target: '#delivery.settled', actions: assign({ event: ({ event }) => event.output }) },
            ],
            onError: [
              {
                guard: { type: 'lost', params: ({ event }) => ({ error: event.error }) },
                target: '#delivery.lost',
              },
              { target: 'holding', actions: 'hold' },
            ],
          },
        },
        holding: {
          always: { guard: 'isHopeless', target: '#delivery.unrecorded' },
          after: { holdDelay: 'committing' },
        },
      },
    },
    settled: {
      always: [
        {
          guard: { type: 'settledAs', params: { type: 'delivery.backoff' } },
          target: 'backoff',
          actions: 'tellSettled',
        },
        {
          guard: { type: 'settledAs', params: { type: 'delivery.dead' } },
          target: 'dead',
          actions: 'tellSettled',
        },
        { target: 'waiting' },
      ],
    },
    delivered: { type: 'final' },
    backoff: { type: 'final' },
    dead: { type: 'final' },
    waiting: { type: 'final' },
    lost: { type: 'final' },
    unrecorded: { type: 'final', entry: 'tellUnrecorded' },
  },
});
