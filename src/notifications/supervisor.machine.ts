// Sends the deliveries of one endpoint, at most `concurrency` at once, as its breaker allows. Made on demand
// and freed when idle; what waits is rows.
//
//   starting   what the config and the journal say of the endpoint is read
//   running    `idle` until rows are ready or the breaker lets one through; `claiming`; `holding` while the
//              journal cannot be read or written
//   paused     nothing is claimed until it is resumed
//   draining   nothing is claimed; when the last attempt is settled, it stops. `release` ends attempts early
//   stopped    also where the notification is gone from the file: its deliveries went dead as `removed`
//
// As in the task supervisor, a claim is never abandoned half-way; what it brings after the breaker has opened, beyond
// the one probe, or after a pause or a drain, is given back unattempted.
import {
  Actor,
  type ActorRefFrom,
  type AnyActorRef,
  assign,
  type DoneActorEvent,
  type ErrorActorEvent,
  enqueueActions,
  fromPromise,
  sendParent,
  setup,
} from 'xstate';
import { freePlaces } from '../core/places.ts';
import { unprovided } from '../core/unprovided.ts';
import type { DeliveryRecord } from '../journal/deliveries.ts';
import { type AttemptOver, type DeliveryInput, deliveryMachine } from './delivery.machine.ts';
import {
  type BreakerPolicy,
  type EndpointInput,
  endpointMachine,
  type GateEvent,
} from './endpoint.machine.ts';

export interface DeliverySupervisorInput {
  readonly endpoint: string;
}

/** What is known of an endpoint when its supervisor starts; undefined where the file no longer has it. */
export type EndpointSettings = { readonly concurrency: number; readonly breaker: EndpointInput } | undefined;

export interface DeliverySupervisorContext extends DeliverySupervisorInput {
  readonly concurrency: number;
  readonly breaker: ActorRefFrom<typeof endpointMachine> | undefined;
  readonly gate: 'closed' | 'open' | 'probing';
  /** Deliveries that are not settled. */
  readonly live: number;
  /** The actors, by their ids, whose attempts are not over: these are what `concurrency` bounds. */
  readonly sending: ReadonlySet<string>;
  /** There may be ready rows beyond what was claimed. */
  readonly more: boolean;
  /** How many the claim under way asked for. Slots that became free since then were not part of it. */
  readonly asked: number;
  readonly wish: 'run' | 'pause' | 'drain';
  readonly releasing: boolean;
}

export type DeliverySupervisorEvent =
  | { readonly type: 'rows.ready' }
  | AttemptOver
  /** The file was read anew. */
  | {
      readonly type: 'endpoint.changed';
      readonly concurrency: number;
      readonly policy: BreakerPolicy;
      readonly at: number;
    }
  | { readonly type: 'drain' }
  | { readonly type: 'release' }
  | GateEvent
  | DoneActorEvent<unknown>
  | ErrorActorEvent<unknown>;

/** Of the ids of deliveries' actors. */
const deliveryPrefix = 'delivery.';
/** Of the id of an actor that judges what another one broke over. */
const brokenSuffix = '.broken';
/** How long an endpoint without work stays in memory, in milliseconds. */
const idleDelay = 30_000;

export const deliverySupervisorMachine = setup({
  types: {
    input: {} as DeliverySupervisorInput,
    context: {} as DeliverySupervisorContext,
    events: {} as DeliverySupervisorEvent,
  },
  actors: {
    load: fromPromise<EndpointSettings, { endpoint: string }>(unprovided('load')),
    claim: fromPromise<readonly DeliveryRecord[], { endpoint: string; limit: number }>(unprovided('claim')),
    breaker: endpointMachine,
    delivery: deliveryMachine,
  },
  actions: {
    equip: assign(({ context, spawn }, params: { settings: NonNullable<EndpointSettings> }) => {
      const { concurrency, breaker } = params.settings;
      const child = spawn('breaker', { id: 'breaker', input: breaker });
      const paused = context.wish === 'run' && breaker.record.paused !== undefined;
      // Known now: the breaker would say it after the first claim.
      const gate = breaker.policy === undefined ? 'closed' : breaker.record.state;
      return { concurrency, breaker: child, gate, wish: paused ? ('pause' as const) : context.wish };
    }),
    spawnClaimed: assign(
      ({ context, spawn, self, system }, params: { deliveries: readonly DeliveryRecord[] }) => {
        const { breaker } = context;
        if (breaker === undefined) throw new Error('claimed before the breaker was there');
        const events: AnyActorRef | undefined = system.get('events');
        // The claim asked for what might go out then: since, the breaker may have opened or come to its probe.
        const sendable = context.wish === 'run' ? slots(context) : 0;
        const sending = new Set(context.sending);
        // By its place also because a row that was given back may be claimed again before the actor that gave it back
        // has ended.
        const places = freePlaces(deliveryPrefix, self.getSnapshot().children);
        for (const [n, delivery] of params.deliveries.entries()) {
          const id = places.next().value;
          const giveBack = n >= sendable;
          const { gate, releasing } = context;
          const input = { delivery, probe: gate === 'probing', giveBack, endpoint: breaker, releasing };
          // Before it starts: what a child emits at its first step reaches nobody who comes later.
          spawn('delivery', { id, input }).on('*', (event) => events?.send(event));
          sending.add(id);
        }
        const count = params.deliveries.length;
        const more = context.more || count >= context.asked || count > sendable;
        return { live: context.live + count, sending, more };
      },
    ),
    reap: enqueueActions(({ enqueue, event, context }) => {
      if (!('actorId' in event)) return;
      enqueue.stopChild(event.actorId);
      enqueue.assign({ live: context.live - 1, sending: without(context.sending, event.actorId) });
    }),
    /** A delivery's actor failed, which is a defect of ours: its row must not stay `attempting` until the next start. */
    settleBroken: enqueueActions(({ enqueue, event, context, self }) => {
      if (!('actorId' in event)) return;
      const child: AnyActorRef | undefined = self.getSnapshot().children[event.actorId];
      // One whose very first step failed has no context to ask.
      const input = child instanceof Actor ? child.options.input : undefined;
      enqueue.stopChild(event.actorId);
      const defect = 'error' in event ? event.error : undefined;
      const sending = without(context.sending, event.actorId);
      if (!isDeliveryInput(input)) return enqueue.assign({ live: context.live - 1, sending });
      const { delivery, endpoint } = input;
      enqueue.assign(({ spawn, system }) => {
        const events: AnyActorRef | undefined = system.get('events');
        const id = `${deliveryPrefix}${delivery.id}.${delivery.fence}${brokenSuffix}`;
        const { releasing } = context;
        const judged = { delivery, probe: false, giveBack: false, endpoint, defect, releasing };
        spawn('delivery', { id, input: judged }).on('*', (event) => events?.send(event));
        return { sending: new Set(sending).add(id) };
      });
    }),
    /** Says that not even a failed attempt could be settled: the row waits for the next start. Provided by the runtime: it has the log. */
    tellBroken: (_, _params: { actorId: string; defect: unknown }) => {},
    releaseAll: enqueueActions(({ enqueue, self }) => {
      enqueue.assign({ releasing: true });
      for (const [id, child] of Object.entries(self.getSnapshot().children)) {
        if (child !== undefined && id.startsWith(deliveryPrefix))
          enqueue.sendTo(child, { type: 'delivery.release' });
      }
    }),
    change: enqueueActions(({ enqueue, event, context }) => {
      if (event.type !== 'endpoint.changed') return;
      const { concurrency, policy, at } = event;
      enqueue.assign({ concurrency, more: true });
      if (context.breaker !== undefined)
        enqueue.sendTo(context.breaker, { type: 'policy.changed', policy, at });
    }),
    tellIdle: sendParent(({ context }) => ({ type: 'endpoint.idle', endpoint: context.endpoint })),
  },
  guards: {
    isKnown: (_, params: { settings: EndpointSettings }) => params.settings !== undefined,
    mayClaim: ({ context }) => context.more && slots(context) > 0,
    // An open breaker has its probe to wait for; one that probes finds its row as it was.
    isFree: ({ context }) => context.live === 0 && context.gate !== 'open',
    wishesPause: ({ context }) => context.wish === 'pause',
    wishesDrain: ({ context }) => context.wish === 'drain',
    isNotDraining: ({ context }) => context.wish !== 'drain',
    wishesRun: ({ context }) => context.wish === 'run',
    isEmpty: ({ context }) => context.live === 0,
    brokeAgain: ({ event }) => 'actorId' in event && event.actorId.endsWith(brokenSuffix),
  },
  delays: { holdDelay: 1_000, idleDelay },
}).createMachine({
  id: 'deliverySupervisor',
  options: { maxIterations: 1_000 },
  context: ({ input }) => ({
    ...input,
    concurrency: 1,
    breaker: undefined,
    gate: 'closed',
    live: 0,
    sending: new Set(),
    more: true,
    asked: 0,
    wish: 'run',
    releasing: false,
  }),
  initial: 'starting',
  on: {
    'xstate.done.actor.delivery.*': { actions: 'reap' },
    'xstate.error.actor.delivery.*': [
      {
        guard: 'brokeAgain',
        actions: [
          { type: 'tellBroken', params: ({ event: { actorId, error } }) => ({ actorId, defect: error }) },
          'reap',
        ],
      },
      { actions: 'settleBroken' },
    ],
    'rows.ready': { actions: assign({ more: true }) },
    'attempt.over': {
      actions: assign({ sending: ({ context, event }) => without(context.sending, event.actorId) }),
    },
    'gate.opened': { actions: assign({ gate: 'open' }) },
    'gate.probing': { actions: assign({ gate: 'probing', more: true }) },
    'gate.closed': { actions: assign({ gate: 'closed', more: true }) },
    // They may come while a claim is under way; a drain is not taken back.
    'gate.paused': { guard: 'isNotDraining', actions: assign({ wish: 'pause' }) },
    'gate.resumed': { guard: 'isNotDraining', actions: assign({ wish: 'run', more: true }) },
    'endpoint.changed': { actions: 'change' },
    drain: { actions: assign({ wish: 'drain' }) },
    release: { actions: 'releaseAll' },
  },
  states: {
    starting: {
      initial: 'loading',
      on: { drain: 'stopped' },
      states: {
        loading: {
          invoke: {
            src: 'load',
            input: ({ context }) => ({ endpoint: context.endpoint }),
            onDone: [
              {
                guard: { type: 'isKnown', params: ({ event }) => ({ settings: event.output }) },
                target: '#deliverySupervisor.running',
                actions: enqueueActions(({ enqueue, event }) => {
                  if (event.output !== undefined)
                    enqueue({ type: 'equip', params: { settings: event.output } });
                }),
              },
              { target: '#deliverySupervisor.stopped' },
            ],
            onError: 'holding',
          },
        },
        holding: { after: { holdDelay: 'loading' } },
      },
    },
    running: {
      initial: 'idle',
      states: {
        idle: {
          always: [
            { guard: 'wishesDrain', target: '#deliverySupervisor.draining' },
            { guard: 'wishesPause', target: '#deliverySupervisor.paused' },
            { guard: 'mayClaim', target: 'claiming' },
          ],
          // Asked again and again: attempts under way or an open breaker may outlast one wait.
          after: {
            idleDelay: [
              { guard: 'isFree', actions: 'tellIdle', target: 'idle', reenter: true },
              { target: 'idle', reenter: true },
            ],
          },
        },
        claiming: {
          entry: assign(({ context }) => ({ more: false, asked: slots(context) })),
          invoke: {
            src: 'claim',
            input: ({ context }) => ({ endpoint: context.endpoint, limit: context.asked }),
            onDone: {
              target: 'idle',
              actions: { type: 'spawnClaimed', params: ({ event }) => ({ deliveries: event.output }) },
            },
            onError: { target: 'holding', actions: assign({ more: true }) },
          },
        },
        holding: { after: { holdDelay: 'idle' } },
      },
    },
    paused: {
      always: [
        { guard: 'wishesDrain', target: 'draining' },
        { guard: 'wishesRun', target: 'running' },
      ],
      after: {
        idleDelay: [
          { guard: 'isFree', actions: 'tellIdle', target: 'paused', reenter: true },
          { target: 'paused', reenter: true },
        ],
      },
    },
    draining: { always: { guard: 'isEmpty', target: 'stopped' } },
    stopped: { type: 'final' },
  },
});

/** How many more deliveries may go out now. */
function slots({ gate, live, sending, concurrency }: DeliverySupervisorContext): number {
  if (gate === 'open') return 0;
  // One probe at a time, and only when everything that was under way when the breaker opened has ended.
  if (gate === 'probing') return live === 0 ? 1 : 0;
  // What is only being committed keeps nobody from sending, but it does not pile up either.
  return Math.min(concurrency - sending.size, 2 * concurrency - live);
}

function isDeliveryInput(input: unknown): input is DeliveryInput {
  return typeof input === 'object' && input !== null && 'delivery' in input;
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const others = new Set(ids);
  others.delete(id);
  return others;
}
