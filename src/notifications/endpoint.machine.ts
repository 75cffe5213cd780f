// The breaker of one endpoint: what many failed attempts in a row say about the receiver.
//
//   closed    attempts go out
//   open      none do, and none are used up; after `probeDelay`, or as long as the receiver asks for, one may try
//   probing   one delivery is the probe: a success closes the breaker, a failure opens it for twice as long
//
// Its state is a row, committed with each attempt, so a restart finds the breaker as it was. What changed is told by
// whoever commits it.
import { assign, type EventObject, type SnapshotFrom, sendParent, setup } from 'xstate';
import type { EndpointRecord } from '../journal/deliveries.ts';
import { longestRetryAfter } from './retry-after.ts';

/** When a breaker opens and how it comes back; undefined switches it off. */
export type BreakerPolicy = { readonly failures: number; readonly probeAfter: number } | undefined;

export interface EndpointInput {
  readonly record: EndpointRecord;
  readonly policy: BreakerPolicy;
  /** Wall time, in milliseconds. */
  readonly now: number;
}

export interface EndpointContext {
  readonly record: EndpointRecord;
  readonly policy: BreakerPolicy;
  /** Milliseconds from the entry of `open` to the probe. */
  readonly wait: number;
}

export type EndpointEvent =
  | { readonly type: 'attempt.succeeded'; readonly at: number }
  /** `retryAt`: the receiver asked for nothing before, in wall milliseconds. */
  | { readonly type: 'attempt.failed'; readonly at: number; readonly retryAt?: number | undefined }
  /** The receiver said 410, or an operator asks for silence. */
  | { readonly type: 'endpoint.pause'; readonly reason: string; readonly at: number }
  | { readonly type: 'endpoint.resume'; readonly at: number }
  /** The file was read anew. */
  | { readonly type: 'policy.changed'; readonly policy: BreakerPolicy; readonly at: number };

/** What the supervisor hears from its breaker. */
export type GateEvent =
  | { readonly type: 'gate.opened' | 'gate.probing' | 'gate.closed' }
  | { readonly type: 'gate.paused' | 'gate.resumed' };

/** The longest wait between two probes, in milliseconds. */
const longestProbeDelay = 600_000;

export const endpointMachine = setup({
  types: {
    input: {} as EndpointInput,
    context: {} as EndpointContext,
    events: {} as EndpointEvent,
  },
  actions: {
    countFailure: assign({
      record: ({ context: { record } }) => ({ ...record, failures: record.failures + 1 }),
    }),
    open: assign(({ context: { record, policy }, event }) => {
      const first = policy?.probeAfter ?? longestProbeDelay;
      const probeDelay = Math.min(
        Math.max(longestProbeDelay, first),
        record.probeDelay === undefined ? first : record.probeDelay * 2,
      );
      const asked = event.type === 'attempt.failed' ? (event.retryAt ?? event.at) - event.at : 0;
      const wait = Math.max(probeDelay, asked);
      return { wait, record: { ...record, state: 'open', probeAt: event.at + wait, probeDelay } };
    }),
    postpone: assign(({ context, event }) => {
      if (event.type !== 'attempt.failed' || event.retryAt === undefined) return {};
      return { wait: event.retryAt - event.at, record: { ...context.record, probeAt: event.retryAt } };
    }),
    probe: assign({ record: ({ context: { record } }) => ({ ...record, state: 'probing' as const }) }),
    close: assign({
      record: ({ context: { record } }) => ({
        ...record,
        state: 'closed' as const,
        failures: 0,
        probeAt: undefined,
        probeDelay: undefined,
      }),
    }),
    changePolicy: assign(({ event }) => (event.type === 'policy.changed' ? { policy: event.policy } : {})),
    tellParent: sendParent((_, params: GateEvent): EventObject => params),
    pause: assign(({ context: { record }, event }) =>
      event.type === 'endpoint.pause' ? { record: { ...record, paused: event.reason } } : {},
    ),
    resume: assign({ record: ({ context: { record } }) => ({ ...record, paused: undefined }) }),
  },
  guards: {
    switchesOff: ({ event }) => event.type === 'policy.changed' && event.policy === undefined,
    enough: ({ context: { record, policy } }) =>
      policy !== undefined && record.failures + 1 >= policy.failures,
    /** The receiver asks for more than the wait that is under way. */
    asksForMore: ({ context: { record }, event }) =>
      event.type === 'attempt.failed' && (event.retryAt ?? 0) > (record.probeAt ?? 0),
    wasOpen: ({ context }) => context.record.state === 'open',
    wasProbing: ({ context }) => context.record.state === 'probing',
  },
  delays: { untilProbe: ({ context }) => context.wait },
}).createMachine({
  id: 'endpoint',
  options: { maxIterations: 100 },
  context: ({ input: { record, policy, now } }) => ({
    // Somebody who switches the breaker off, or opens it by hand in the file, means it now.
    record:
      policy === undefined
        ? { ...record, state: 'closed', probeAt: undefined, probeDelay: undefined }
        : record,
    policy,
    wait: waitLeft(record, now),
  }),
  initial: 'restoring',
  on: {
    'endpoint.pause': {
      actions: ['pause', { type: 'tellParent', params: { type: 'gate.paused' } }],
    },
    'endpoint.resume': {
      actions: ['resume', { type: 'tellParent', params: { type: 'gate.resumed' } }],
    },
    'policy.changed': [
      {
        guard: 'switchesOff',
        target: '.closed',
        actions: ['changePolicy', 'close', { type: 'tellParent', params: { type: 'gate.closed' } }],
      },
      { actions: 'changePolicy' },
    ],
  },
  states: {
    restoring: {
      always: [
        { guard: 'wasOpen', target: 'open' },
        { guard: 'wasProbing', target: 'probing' },
        { target: 'closed' },
      ],
    },
    closed: {
      on: {
        'attempt.succeeded': { actions: 'close' },
        'attempt.failed': [
          { guard: 'enough', target: 'open', actions: ['countFailure', 'open'] },
          { actions: 'countFailure' },
        ],
      },
    },
    open: {
      entry: { type: 'tellParent', params: { type: 'gate.opened' } },
      after: { untilProbe: { target: 'probing', actions: 'probe' } },
      on: {
        // An attempt that was under way when the breaker opened.
        'attempt.succeeded': {
          target: 'closed',
          actions: ['close', { type: 'tellParent', params: { type: 'gate.closed' } }],
        },
        'attempt.failed': [
          { guard: 'asksForMore', target: 'open', reenter: true, actions: ['countFailure', 'postpone'] },
          { actions: 'countFailure' },
        ],
      },
    },
    probing: {
      entry: { type: 'tellParent', params: { type: 'gate.probing' } },
      on: {
        'attempt.succeeded': {
          target: 'closed',
          actions: ['close', { type: 'tellParent', params: { type: 'gate.closed' } }],
        },
        'attempt.failed': { target: 'open', actions: ['countFailure', 'open'] },
      },
    },
  },
});

/** As long as the row says. A clock that is wrong now, or was when it was written, would make it years. */
function waitLeft({ probeAt, probeDelay = longestProbeDelay }: EndpointRecord, now: number): number {
  const left = Math.max(0, (probeAt ?? now) - now);
  return left > Math.max(probeDelay, longestRetryAfter) ? probeDelay : left;
}

/** Whether it is closed and has counted no failure, so that a success changes nothing. */
export function isAtRest(snapshot: SnapshotFrom<typeof endpointMachine>): boolean {
  return snapshot.matches('closed') && snapshot.context.record.failures === 0;
}
