// Which deliveries a task's event causes: their bodies are made now, at the commit of the event; their URLs,
// headers and secrets are read when they are sent.
import type { NotificationEvent } from '../core/events.ts';
import type { IdSource } from '../core/ids.ts';
import type { NewDelivery } from '../journal/deliveries.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import type { AgentPlan, NotificationPlan } from '../plan/plan.ts';
import { callbackBody, type EventData, renderBody } from './payload.ts';

/** What happened to a task, as far as a notification tells it. */
export interface TaskHappening {
  readonly event: NotificationEvent;
  readonly at: number;
  readonly result?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  /** The span that it happened in. Default: what made the task. */
  readonly traceparent?: string | undefined;
}

/** How long a callback may wait before it expires, in milliseconds: what notifications have by default. */
const callbackMaxAge = 86_400_000;

const asksFor = ({ enabled, events }: NotificationPlan, event: TaskHappening['event']) =>
  enabled && events.has(event);

/** Whether one of the agent's notifications asks for this event. */
export const isNotifiedOf = (plan: AgentPlan | undefined, event: TaskHappening['event']) =>
  plan?.notifications.some((notification) => asksFor(notification, event)) ?? false;

/** The deliveries of one event of a task: its agent's notifications that ask for it, and its callback at the end. */
export function taskDeliveries(
  world: { readonly ids: IdSource },
  plan: AgentPlan | undefined,
  task: TaskRecord,
  happening: TaskHappening,
): readonly NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (const notification of plan?.notifications ?? []) {
    if (asksFor(notification, happening.event)) {
      deliveries.push(notificationDelivery(world.ids.delivery(), notification, task, happening));
    }
  }
  const over =
    happening.event === 'task.completed' ||
    happening.event === 'task.failed' ||
    happening.event === 'task.cancelled';
  if (over && task.callbackUrl !== undefined) {
    deliveries.push({
      id: world.ids.delivery(),
      taskId: task.id,
      agent: task.agent,
      notification: 'callback',
      event: happening.event,
      endpoint: `callback:${new URL(task.callbackUrl).origin}`,
      url: task.callbackUrl,
      trigger: task.trigger,
      body: callbackBody(eventData(task, happening)),
      createdAt: happening.at,
      expiresAt: happening.at + callbackMaxAge,
      traceparent: happening.traceparent ?? task.traceparent,
    });
  }
  return deliveries;
}

/** One delivery of one notification; it starts dead where its body cannot be made. */
export function notificationDelivery(
  id: string,
  notification: NotificationPlan,
  task: TaskRecord,
  happening: TaskHappening,
): NewDelivery {
  const made = renderBody(notification, eventData(task, happening));
  return {
    id,
    taskId: task.id,
    agent: task.agent,
    notification: notification.id,
    event: happening.event,
    endpoint: notification.endpoint,
    url: undefined,
    body: 'body' in made ? made.body : '',
    createdAt: happening.at,
    expiresAt: happening.at + notification.maxAge,
    traceparent: happening.traceparent ?? task.traceparent,
    dead: 'dead' in made ? made.dead : undefined,
  };
}

/** What a payload may tell of a task. */
function eventData(task: TaskRecord, happening: TaskHappening): EventData {
  return {
    type: happening.event,
    agentName: task.agent,
    taskId: task.id,
    result: happening.result,
    error: happening.error ?? happening.reason,
    timestamp: happening.at,
    input: task.input,
    usage: task.usage,
    attempt: task.attempt,
    trigger: task.trigger,
  };
}
