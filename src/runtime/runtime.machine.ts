// The whole of Callboard.
//
//   starting     the journal is opened
//   recovering   what the last process left behind is put in order
//   running      agents and the dispatcher are at work; beside them the watches over due rows, the clock and
//                the journal's age
//   draining     no new work; what runs may finish within the grace, then it goes back to the queue
//   stopped      everything has ended; not final, since XState would take its children out one by one and copy
//                all that are left each time: half a minute for ten thousand agents
//   failed       it could not start; the output says why
import {
  type AnyActorRef,
  assign,
  type DoneActorEvent,
  type ErrorActorEvent,
  enqueueActions,
  fromCallback,
  fromPromise,
  setup,
} from 'xstate';
import type { CallboardEvent } from '../core/events.ts';
import { unprovided } from '../core/unprovided.ts';
import { dispatcherMachine, type EndpointChange } from '../notifications/dispatcher.machine.ts';
import { type AgentChange, type AgentEvent, type AgentInput, agentMachine } from './agent.machine.ts';

export interface RuntimeInput {
  /** Milliseconds that running tasks may take to finish after a stop. */
  readonly grace: number;
}

/** What recovery found: whom to start, and which endpoints have something to send. */
export interface Recovered {
  readonly agents: readonly AgentInput[];
  readonly endpoints: readonly string[];
}

/** What another file means for what runs. */
export interface PlanChange extends RuntimeInput {
  readonly added: readonly AgentInput[];
  readonly changed: readonly AgentChange[];
  /** Names of agents. */
  readonly removed: readonly string[];
  readonly endpoints: readonly EndpointChange[];
}

interface RuntimeContext extends RuntimeInput {
  /** Agents and the dispatcher, as far as they have not ended. */
  readonly live: number;
  readonly error: unknown;
}

export type RuntimeEvent =
  | { readonly type: 'rows.ready'; readonly agents: readonly string[]; readonly endpoints: readonly string[] }
  | { readonly type: 'task.cancel'; readonly agent: string; readonly taskId: string; readonly reason: string }
  | { readonly type: 'clock.changed' }
  | ({ readonly type: 'plan.changed' } & PlanChange)
  | { readonly type: 'drain' }
  | DoneActorEvent<unknown>
  | ErrorActorEvent<unknown>;

/** Whether the child is one that a stop waits for. */
const isWorker = (id: string) => id === 'dispatcher' || id.startsWith('agent:');

/** An actor that has ended takes no events. */
const isActive = (actor: AnyActorRef) => actor.getSnapshot().status === 'active';

/** The id of an agent's actor. */
export const agentActorId = (agent: string) => `agent:${agent}`;

export const runtimeMachine = setup({
  types: {
    input: {} as RuntimeInput,
    context: {} as RuntimeContext,
    events: {} as RuntimeEvent,
    output: {} as { readonly error: unknown },
  },
  actors: {
    open: fromPromise<void>(unprovided('open')),
    recover: fromPromise<Recovered>(unprovided('recover')),
    /** Hears every event of the system and passes it on. */
    events: fromCallback<CallboardEvent>(unprovided('events')),
    dueRows: fromCallback(unprovided('dueRows')),
    clockWatch: fromCallback(unprovided('clockWatch')),
    retention: fromCallback(unprovided('retention')),
    agent: agentMachine,
    dispatcher: dispatcherMachine,
  },
  actions: {
    spawnAll: enqueueActions(({ enqueue }, params: { recovered: Recovered }) => {
      enqueue.assign(({ spawn }) => {
        spawn('dispatcher', { id: 'dispatcher' }).send({
          type: 'rows.ready',
          endpoints: params.recovered.endpoints,
        });
        for (const input of params.recovered.agents) spawn('agent', { id: agentActorId(input.name), input });
        return { live: params.recovered.agents.length + 1 };
      });
    }),
    wake: enqueueActions(({ enqueue, event, self }) => {
      if (event.type !== 'rows.ready') return;
      const children: Record<string, AnyActorRef | undefined> = self.getSnapshot().children;
      for (const agent of event.agents) {
        const child = children[agentActorId(agent)];
        if (child !== undefined) enqueue.sendTo(child, { type: 'rows.ready' });
      }
      const { dispatcher } = children;
      if (dispatcher !== undefined && event.endpoints.length > 0) enqueue.sendTo(dispatcher, event);
    }),
    passToAgent: enqueueActions(({ enqueue, event, self }) => {
      if (event.type !== 'task.cancel') return;
      const child: AnyActorRef | undefined = self.getSnapshot().children[agentActorId(event.agent)];
      if (child !== undefined) enqueue.sendTo(child, event);
    }),
    passToAll: enqueueActions(
      ({ enqueue, self }, params: { type: 'clock.changed' | 'drain' | 'release' }) => {
        for (const [id, child] of Object.entries(self.getSnapshot().children)) {
          if (child !== undefined && isWorker(id) && isActive(child)) enqueue.sendTo(child, params);
        }
      },
    ),
    changePlan: enqueueActions(({ enqueue, event, context, self }) => {
      if (event.type !== 'plan.changed') return;
      const { added, changed, removed, endpoints, grace } = event;
      const children: Record<string, AnyActorRef | undefined> = self.getSnapshot().children;
      const tell = (agent: string, told: AgentEvent) => {
        const child = children[agentActorId(agent)];
        if (child !== undefined) enqueue.sendTo(child, told);
      };
      for (const agent of removed) tell(agent, { type: 'drain' });
      for (const change of changed) tell(change.name, { type: 'agent.changed', ...change });
      let { live } = context;
      for (const input of added) {
        // One that left the file a moment ago still drains, under the same id.
        if (children[agentActorId(input.name)] !== undefined) {
          tell(input.name, { type: 'agent.changed', removed: [], ...input });
          continue;
        }
        live += 1;
        enqueue.spawnChild('agent', { id: agentActorId(input.name), input });
      }
      const { dispatcher } = children;
      if (dispatcher !== undefined) enqueue.sendTo(dispatcher, { type: 'endpoints.changed', endpoints });
      enqueue.assign({ live, grace });
    }),
    /** Says that a child failed, which is a defect of ours. Provided by the runtime: it has the log. */
    tellError: (_, _params: undefined) => {},
    /** Counts an end without taking the child out: ten thousand children that end together would be copied each time. */
    countEnd: assign(({ context, event }) =>
      'actorId' in event && isWorker(event.actorId) ? { live: context.live - 1 } : {},
    ),
    reap: enqueueActions(({ enqueue, event, context }) => {
      if (!('actorId' in event)) return;
      enqueue.stopChild(event.actorId);
      if (isWorker(event.actorId)) enqueue.assign({ live: context.live - 1 });
    }),
  },
  guards: { isEmpty: ({ context }) => context.live === 0 },
  delays: { grace: ({ context }) => context.grace },
}).createMachine({
  id: 'runtime',
  options: { maxIterations: 1_000 },
  context: ({ input }) => ({ ...input, live: 0, error: undefined }),
  initial: 'starting',
  invoke: { src: 'events', id: 'events', systemId: 'events' },
  output: ({ context }) => ({ error: context.error }),
  on: {
    'xstate.done.actor.*': { actions: 'reap' },
    'xstate.error.actor.*': { actions: ['tellError', 'reap'] },
  },
  states: {
    starting: {
      invoke: {
        src: 'open',
        onDone: 'recovering',
        onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) },
      },
      on: { drain: 'stopped' },
    },
    recovering: {
      invoke: {
        src: 'recover',
        onDone: {
          target: 'running',
          actions: { type: 'spawnAll', params: ({ event }) => ({ recovered: event.output }) },
        },
        onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) },
      },
      on: { drain: 'stopped' },
    },
    running: {
      invoke: [{ src: 'dueRows' }, { src: 'clockWatch' }, { src: 'retention' }],
      on: {
        'rows.ready': { actions: 'wake' },
        'task.cancel': { actions: 'passToAgent' },
        'clock.changed': { actions: { type: 'passToAll', params: { type: 'clock.changed' } } },
        'plan.changed': { actions: 'changePlan' },
        drain: { target: 'draining', actions: { type: 'passToAll', params: { type: 'drain' } } },
      },
    },
    draining: {
      always: { guard: 'isEmpty', target: 'stopped' },
      after: { grace: { actions: { type: 'passToAll', params: { type: 'release' } } } },
      on: {
        'task.cancel': { actions: 'passToAgent' },
        'xstate.done.actor.*': { actions: 'countEnd' },
        'xstate.error.actor.*': { actions: ['tellError', 'countEnd'] },
      },
    },
    stopped: {},
    failed: { type: 'final' },
  },
});
