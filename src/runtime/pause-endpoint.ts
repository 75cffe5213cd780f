import { type ActorRefFrom, type AnyActorRef, waitFor } from 'xstate';
import type { endpointMachine } from '../notifications/endpoint.machine.ts';
import { publishAll, type World } from './world.ts';

const reason = 'operator';

/**
 * Pauses or resumes an endpoint by hand; resolves when that is committed. Its breaker alone says what its row holds,
 * since each attempt that ends commits the breaker as it stands: a row written past it would be undone.
 * @throws {JournalUnavailable} when it could not be committed; until the next start it holds all the same.
 */
export async function pauseEndpoint(
  world: World,
  root: () => AnyActorRef,
  endpoint: string,
  paused: boolean,
): Promise<void> {
  const { journal, clock } = world;
  const at = clock.now();
  const breaker = await liveBreaker(root, endpoint);
  if (breaker === undefined) {
    const record = await journal.getEndpoint(endpoint);
    publishAll(world, await journal.saveEndpoint({ ...record, paused: paused ? reason : undefined }, at));
    return;
  }
  breaker.send(paused ? { type: 'endpoint.pause', reason, at } : { type: 'endpoint.resume', at });
  publishAll(world, await journal.saveEndpoint(breaker.getSnapshot().context.record, at));
}

/** The breaker of the endpoint's supervisor, which is made where it was freed. Undefined while draining: nothing is made then. */
async function liveBreaker(
  root: () => AnyActorRef,
  endpoint: string,
): Promise<ActorRefFrom<typeof endpointMachine> | undefined> {
  // At once, and not by the world's wake, which waits for the end of the turn.
  root().send({ type: 'rows.ready', agents: [], endpoints: [endpoint] });
  const { dispatcher }: Record<string, AnyActorRef | undefined> = root().getSnapshot().children;
  const supervisors: Record<string, AnyActorRef | undefined> = dispatcher?.getSnapshot().children ?? {};
  const supervisor = supervisors[endpoint];
  if (supervisor === undefined) return undefined;
  const ready = await waitFor(
    supervisor,
    ({ status, context }) => status !== 'active' || context.breaker !== undefined,
  );
  return ready.context.breaker;
}
