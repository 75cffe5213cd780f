// What the API shows of what the journal holds. Times are RFC 3339 in UTC.
import type { DeliveryRecord } from '../journal/deliveries.ts';
import type { EventRecord } from '../journal/journal.ts';
import type { Page } from '../journal/lists.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import type { SkipRecord } from '../journal/triggers.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A time as the API shows it; null where there is none. */
export const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());

/** A task as the API shows it. */
export function taskView(task: TaskRecord) {
  return {
    id: task.id,
    agent: task.agent,
    trigger: task.trigger,
    status: task.status,
    reason: task.reason ?? null,
    input: task.input,
    result: task.result ?? null,
    error: task.error ?? null,
    attempt: task.attempt,
    count: task.count,
    created_at: time(task.createdAt),
    scheduled_at: time(task.scheduledAt),
    due_at: time(task.dueAt),
    started_at: time(task.startedAt),
    finished_at: time(task.finishedAt),
    usage: task.usage ?? null,
    notes: task.notes ?? null,
  };
}

/** What a status link shows: one task's state and result, nothing of its input. */
export function statusView(task: TaskRecord) {
  return {
    task_id: task.id,
    agent_name: task.agent,
    status: task.status,
    ...(task.result === undefined ? {} : { result: task.result }),
    ...(task.error === undefined ? {} : { error: task.error.message }),
    created_at: time(task.createdAt),
    finished_at: time(task.finishedAt),
  };
}

/** A delivery as the API shows it; `url` is where it goes, without credentials. */
export function deliveryView(delivery: DeliveryRecord, url: string | undefined) {
  return {
    id: delivery.id,
    task_id: delivery.taskId,
    agent: delivery.agent,
    notification: delivery.notification,
    event: delivery.event,
    url: url === undefined ? null : withoutCredentials(url),
    status: delivery.status,
    attempts: delivery.attempts.map((attempt) => ({
      at: time(attempt.at),
      status: attempt.status ?? null,
      duration_ms: attempt.durationMs,
      error: attempt.error ?? null,
      answer: attempt.answer ?? null,
    })),
    next_attempt_at: time(delivery.nextAttemptAt),
    reason: delivery.reason ?? null,
    created_at: time(delivery.createdAt),
    expires_at: time(delivery.expiresAt),
  };
}

export function skipView(skip: SkipRecord) {
  return {
    agent: skip.agent,
    trigger: skip.trigger,
    reason: skip.reason,
    at: time(skip.at),
    count: skip.count,
  };
}

/** An event as the API shows it. */
export function eventView(event: EventRecord) {
  const { sequence, at, type, agent, taskId, data } = event;
  return { sequence, at: time(at), type, agent: agent ?? null, task_id: taskId ?? null, data };
}

/** A page of a list as the API shows it. */
export function pageView<Item, View>({ items, next }: Page<Item>, view: (item: Item) => View) {
  return { items: items.map(view), next: next ?? null };
}

/** Where a delivery goes: a callback's own URL, or the notification's of the file as it is now. */
export function deliveryUrl(
  runtime: Runtime,
  { url, agent, notification }: DeliveryRecord,
): string | undefined {
  return url ?? runtime.plan.agents.get(agent)?.notifications.find(({ id }) => id === notification)?.url;
}

/** A URL without the name and password in it. */
export function withoutCredentials(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.toString();
}
