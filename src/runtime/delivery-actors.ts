// The actors that the delivery machines only declare: load, claim, attempt, settle.
import { type ActorRefFrom, fromPromise } from 'xstate';
import type { DeliveryEvent } from '../core/events.ts';
import { errorMessage } from '../core/failure.ts';
import type { DeliveryRecord } from '../journal/deliveries.ts';
import type { AddressGuard } from '../notifications/address-guard.ts';
import { callbackGuard } from '../notifications/callback-guard.ts';
import { type AttemptResult, deliveryMachine } from '../notifications/delivery.machine.ts';
import { dispatcherMachine } from '../notifications/dispatcher.machine.ts';
import type { endpointMachine } from '../notifications/endpoint.machine.ts';
import { headersFor } from '../notifications/headers.ts';
import { judge } from '../notifications/outcome.ts';
import { parseRetryAfter } from '../notifications/retry-after.ts';
import type { SendResult } from '../notifications/send.ts';
import { deliverySupervisorMachine, type EndpointSettings } from '../notifications/supervisor.machine.ts';
import type { NotificationPlan } from '../plan/plan.ts';
import { sendInSpan } from './traced-delivery.ts';
import { notificationPlan, publishAll, triggerPlan, type World } from './world.ts';

/** What the contract gives callbacks, which have no settings of their own. */
const callbackRetry = { maxAttempts: 3, initialDelay: 1_000, maxDelay: 30_000 };
const callbackTimeout = 15_000;
const callbackBreaker = { failures: 10, probeAfter: 30_000 };
const callbackConcurrency = 8;

const callbackPrefix = 'callback:';

/** The dispatcher with everything in it provided. */
export function provideDeliveries(world: () => World) {
  const delivery = deliveryMachine.provide({
    actions: { tellUnrecorded: () => world().giveUp('delivery') },
    actors: {
      attempt: fromPromise(async ({ input: { delivery, probe, defect }, signal }) =>
        defect === undefined
          ? attempt(world(), delivery, probe, signal)
          : failedByDefect(world(), delivery, defect),
      ),
      settle: fromPromise(({ input }) => settle(world(), input.delivery, input.result, input.endpoint)),
    },
  });
  const endpoint = deliverySupervisorMachine.provide({
    actions: {
      tellBroken: (_, { actorId, defect }) =>
        world().log.error('the actor of a delivery failed; the delivery goes on at the next start', {
          actor: actorId,
          ...about(defect),
        }),
    },
    actors: {
      delivery,
      load: fromPromise(({ input }) => load(world(), input.endpoint)),
      claim: fromPromise(({ input }) => claim(world(), input)),
    },
  });
  return dispatcherMachine.provide({ actors: { endpoint } });
}

async function load(world: World, endpoint: string): Promise<EndpointSettings> {
  const now = world.clock.now();
  const record = await world.journal.getEndpoint(endpoint);
  if (endpoint.startsWith(callbackPrefix)) {
    return { concurrency: callbackConcurrency, breaker: { record, policy: callbackBreaker, now } };
  }
  const plan = notificationPlan(world, endpoint);
  if (plan === undefined) {
    await buryRemoved(world, endpoint);
    // It may be back meanwhile: then what is left is to be sent.
    return notificationPlan(world, endpoint) === undefined ? undefined : load(world, endpoint);
  }
  return { concurrency: plan.concurrency, breaker: { record, policy: plan.breaker, now } };
}

/** The deliveries of a notification that the file no longer has go dead, as long as it does not have it. */
export async function buryRemoved(world: World, endpoint: string): Promise<void> {
  let count = 0;
  while (notificationPlan(world, endpoint) === undefined) {
    const dead = await world.journal.buryDeliveries(endpoint, 'removed', world.clock.now());
    if (dead.length === 0) break;
    publishAll(world, dead);
    count += dead.length;
  }
  if (count > 0)
    world.log.warn('a notification is gone from the file: its deliveries are dead', { endpoint, count });
}

async function claim(world: World, wanted: { endpoint: string; limit: number }) {
  const { claimed, dead } = await world.journal.claimDeliveries({ ...wanted, now: world.clock.now() });
  publishAll(world, dead);
  return claimed;
}

async function attempt(
  world: World,
  delivery: DeliveryRecord,
  probe: boolean,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const plan = notificationPlan(world, delivery.endpoint);
  if (plan === undefined && delivery.url === undefined) {
    const next = { status: 'dead', reason: 'removed' } as const;
    return { attempt: undefined, counts: false, next, health: 'none', at: world.clock.now() };
  }
  const startedAt = world.clock.now();
  const url = delivery.url ?? plan?.url ?? '';
  const result = await sendInSpan(world.tracer, delivery, url, (traceparent) =>
    send(world, delivery, { plan, url, traceparent, signal }),
  );
  const now = world.clock.now();
  const verdict = judge(result, {
    // A probe that fails uses up nothing, so it cannot be the last attempt either.
    attempt: probe ? 0 : delivery.attemptsUsed + 1,
    policy: plan?.retry ?? callbackRetry,
    now,
    random: world.random,
  });
  const record = {
    at: startedAt,
    status: result.kind === 'answer' ? result.status : undefined,
    durationMs: result.durationMs,
    error: result.kind === 'network' ? result.error : result.kind === 'refused' ? result.reason : undefined,
    answer: result.kind === 'answer' && result.answer !== '' ? result.answer : undefined,
  };
  const health =
    result.kind === 'refused'
      ? 'none'
      : verdict.outcome === 'delivered'
        ? 'succeeded'
        : verdict.outcome === 'gone' && plan !== undefined
          ? 'gone'
          : 'failed';
  const asked = result.kind === 'answer' ? parseRetryAfter(result.retryAfter, now) : undefined;
  const retryAt = asked === undefined ? undefined : now + asked;
  return { attempt: record, counts: !probe, next: nextOf(verdict, probe), health, retryAt, at: now };
}

/**
 * A defect of ours stopped an attempt. It counts as failed, so that the delivery goes on by its policy and comes to an
 * end; of the receiver it says nothing.
 */
function failedByDefect(world: World, delivery: DeliveryRecord, defect: unknown): AttemptResult {
  world.log.error('a defect stopped an attempt at a delivery; it counts as failed', {
    delivery: delivery.id,
    ...about(defect),
  });
  const error = world.redactor.text(`internal: ${errorMessage(defect)}`);
  const at = world.clock.now();
  const verdict = judge(
    { kind: 'network', error, durationMs: 0 },
    {
      attempt: delivery.attemptsUsed + 1,
      policy: notificationPlan(world, delivery.endpoint)?.retry ?? callbackRetry,
      now: at,
      random: world.random,
    },
  );
  const attempt = { at, status: undefined, durationMs: 0, error, answer: undefined };
  return { attempt, counts: true, next: nextOf(verdict, false), health: 'none', at };
}

const about = (defect: unknown) => ({
  error: errorMessage(defect),
  stack: defect instanceof Error ? defect.stack : undefined,
});

function nextOf(verdict: ReturnType<typeof judge>, probe: boolean): AttemptResult['next'] {
  switch (verdict.outcome) {
    case 'delivered':
      return { status: 'delivered' };
    case 'backoff':
      // After a failed probe the breaker decides when the next one goes out.
      return probe ? { status: 'pending' } : { status: 'backoff', nextAttemptAt: verdict.nextAttemptAt };
    case 'dead':
    case 'gone':
      return { status: 'dead', reason: verdict.reason };
  }
}

async function send(
  world: World,
  delivery: DeliveryRecord,
  {
    plan,
    url,
    traceparent,
    signal,
  }: {
    readonly plan: NotificationPlan | undefined;
    readonly url: string;
    readonly traceparent: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<SendResult> {
  try {
    return await world.sender.send({
      url,
      headers: headersFor(delivery, plan, world.clock.now(), traceparent),
      body: delivery.body,
      timeout: plan?.timeout ?? callbackTimeout,
      guard: guardOf(world, delivery, plan),
      signal,
      email: plan?.email,
    });
  } catch (thrown) {
    // A stop: the claim is given back unattempted. Everything else is a defect of ours, and a failed attempt.
    if (signal.aborted) throw thrown;
    return { kind: 'network', error: world.redactor.text(errorMessage(thrown)), durationMs: 0 };
  }
}

/**
 * A configured URL is the operator's own word, unless `limits.private_urls` takes it back; a callback's comes from a
 * payload, and only its trigger's `callback_hosts` opens private addresses to it.
 */
function guardOf(world: World, delivery: DeliveryRecord, plan: NotificationPlan | undefined): AddressGuard {
  if (delivery.url !== undefined) {
    return callbackGuard(delivery.url, triggerPlan(world, delivery.agent, delivery.trigger ?? ''));
  }
  return plan !== undefined && world.plan().limits.privateUrls === 'allow' ? 'none' : 'public';
}

/** Commits what became of an attempt together with the breaker as it stands after it. */
async function settle(
  world: World,
  delivery: DeliveryRecord,
  result: AttemptResult | undefined,
  endpoint: ActorRefFrom<typeof endpointMachine>,
): Promise<DeliveryEvent | undefined> {
  const { event, news } = await world.journal.settleDelivery({
    id: delivery.id,
    fence: delivery.fence,
    at: result?.at ?? world.clock.now(),
    attempt: result?.attempt,
    counts: result?.counts ?? false,
    next: result?.next ?? { status: 'pending' },
    endpoint:
      result === undefined || result.health === 'none' ? undefined : endpoint.getSnapshot().context.record,
  });
  publishAll(world, news);
  if (result?.next.status === 'backoff') world.dueAt(result.next.nextAttemptAt);
  return event;
}
