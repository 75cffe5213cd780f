import type { DeliveryEvent } from '../../src/core/events.ts';
import type { DeliveryRecord, Settlement } from '../../src/journal/deliveries.ts';
import type { EventData } from '../../src/notifications/payload.ts';
import type { NotificationPlan } from '../../src/plan/plan.ts';

/** A webhook notification as the defaults make it. */
export function notificationPlan(changes: Partial<NotificationPlan> = {}): NotificationPlan {
  return {
    agent: 'order-processor',
    id: 'hook',
    endpoint: 'order-processor/hook',
    type: 'webhook',
    enabled: true,
    events: new Set(['task.completed', 'task.failed']),
    url: 'http://127.0.0.1:1/',
    headers: {},
    contentType: 'application/json',
    template: undefined,
    email: undefined,
    retry: { maxAttempts: 3, initialDelay: 1_000, maxDelay: 30_000 },
    timeout: 15_000,
    signingSecrets: [],
    maxAge: 86_400_000,
    breaker: { failures: 10, probeAfter: 30_000 },
    concurrency: 8,
    ...changes,
  };
}

/** The event of the page that the product was asked for from. */
export function eventData(changes: Partial<EventData> = {}): EventData {
  return {
    type: 'task.completed',
    agentName: 'order-processor',
    taskId: 'abc-123',
    result: 'Order processed successfully',
    error: undefined,
    timestamp: Date.parse('2024-12-25T20:00:00.789Z'),
    input: '{"order":1}',
    usage: undefined,
    attempt: 1,
    trigger: 'webhook',
    ...changes,
  };
}

/** A delivery of {@linkcode notificationPlan} that has not been tried. */
/** The event of a settlement that made this of a delivery. */
export function settlementEvent(
  { id: deliveryId, taskId, agent, notification, endpoint }: DeliveryRecord,
  next: Settlement['next'],
): DeliveryEvent | undefined {
  const about = { deliveryId, taskId, agent, notification, endpoint, at: 0, attempts: 1 };
  if (next.status === 'delivered')
    return { ...about, type: 'delivery.delivered', status: 200, durationMs: 1 };
  if (next.status === 'backoff')
    return { ...about, type: 'delivery.backoff', error: 'x', dueAt: next.nextAttemptAt };
  if (next.status === 'dead') return { ...about, type: 'delivery.dead', reason: next.reason };
  return undefined;
}

export function deliveryRecord(changes: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    id: 'msg_1',
    taskId: 'abc-123',
    agent: 'order-processor',
    notification: 'hook',
    event: 'task.completed',
    endpoint: 'order-processor/hook',
    url: undefined,
    body: '{}',
    createdAt: 0,
    expiresAt: 86_400_000,
    status: 'pending',
    reason: undefined,
    attemptsUsed: 0,
    nextAttemptAt: undefined,
    fence: 1,
    attempts: [],
    ...changes,
  };
}
