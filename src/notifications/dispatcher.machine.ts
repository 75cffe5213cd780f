// Makes an endpoint's supervisor when it has something to send, and frees it when it has not.
//
//   running
//   draining   every supervisor drains; when the last one is gone, it stops
//   stopped
import { type AnyActorRef, type DoneActorEvent, type ErrorActorEvent, enqueueActions, setup } from 'xstate';
import type { BreakerPolicy } from './endpoint.machine.ts';
import { deliverySupervisorMachine } from './supervisor.machine.ts';

/** What another file says of an endpoint. */
export interface EndpointChange {
  readonly endpoint: string;
  readonly concurrency: number;
  readonly policy: BreakerPolicy;
  readonly at: number;
}

export type DispatcherEvent =
  | { readonly type: 'rows.ready'; readonly endpoints: readonly string[] }
  | { readonly type: 'endpoint.idle'; readonly endpoint: string }
  | { readonly type: 'endpoints.changed'; readonly endpoints: readonly EndpointChange[] }
  | { readonly type: 'drain' }
  | { readonly type: 'release' }
  | DoneActorEvent<unknown>
  | ErrorActorEvent<unknown>;

export const dispatcherMachine = setup({
  types: {
    /** Supervisors that have not ended. */
    context: {} as { readonly live: number },
    events: {} as DispatcherEvent,
  },
  actors: { endpoint: deliverySupervisorMachine },
  actions: {
    wake: enqueueActions(({ enqueue, event, context, self }) => {
      let live = context.live;
      if (event.type !== 'rows.ready') return;
      const children: Record<string, AnyActorRef | undefined> = self.getSnapshot().children;
      for (const endpoint of new Set(event.endpoints)) {
        const child = children[endpoint];
        if (child !== undefined) {
          enqueue.sendTo(child, { type: 'rows.ready' });
          continue;
        }
        live += 1;
        enqueue.spawnChild('endpoint', { id: endpoint, input: { endpoint } });
      }
      enqueue.assign({ live });
    }),
    free: enqueueActions(({ enqueue, event, context, self }) => {
      if (event.type !== 'endpoint.idle') return;
      const child: AnyActorRef | undefined = self.getSnapshot().children[event.endpoint];
      // It may have been woken since it said so.
      const snapshot = child?.getSnapshot();
      if (child === undefined || !(snapshot?.matches({ running: 'idle' }) || snapshot?.matches('paused')))
        return;
      enqueue.stopChild(child);
      enqueue.assign({ live: context.live - 1 });
    }),
    reap: enqueueActions(({ enqueue, event, context }) => {
      if (!('actorId' in event)) return;
      enqueue.stopChild(event.actorId);
      enqueue.assign({ live: context.live - 1 });
    }),
    change: enqueueActions(({ enqueue, event, self }) => {
      if (event.type !== 'endpoints.changed') return;
      const children: Record<string, AnyActorRef | undefined> = self.getSnapshot().children;
      for (const change of event.endpoints) {
        const child = children[change.endpoint];
        if (child !== undefined) enqueue.sendTo(child, { type: 'endpoint.changed', ...change });
      }
    }),
    passToAll: enqueueActions(({ enqueue, event, self }) => {
      for (const child of Object.values(self.getSnapshot().children)) {
        if (child !== undefined) enqueue.sendTo(child, event);
      }
    }),
  },
  guards: { isEmpty: ({ context }) => context.live === 0 },
}).createMachine({
  id: 'dispatcher',
  options: { maxIterations: 1_000 },
  context: { live: 0 },
  initial: 'running',
  on: {
    'xstate.done.actor.*': { actions: 'reap' },
    'xstate.error.actor.*': { actions: 'reap' },
    'endpoint.idle': { actions: 'free' },
    'endpoints.changed': { actions: 'change' },
    release: { actions: 'passToAll' },
  },
  states: {
    running: {
      on: {
        'rows.ready': { actions: 'wake' },
        drain: { target: 'draining', actions: 'passToAll' },
      },
    },
    draining: { always: { guard: 'isEmpty', target: 'stopped' } },
    stopped: { type: 'final' },
  },
});
