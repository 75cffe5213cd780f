import type { DeliveryDead } from '../../src/core/events.ts';
import type { Admission, AdmissionResult } from '../../src/journal/admission.ts';
import type { DeliveryRecord, NewDelivery } from '../../src/journal/deliveries.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { NewTask, TaskRecord } from '../../src/journal/tasks.ts';
import type { FakeClock } from '../support/fake-clock.ts';

/** A fresh journal of the adapter under test, over a clock of the test's own. */
export interface OpenJournal {
  readonly journal: Journal;
  readonly clock: FakeClock;
}

export type Opener = () => Promise<OpenJournal>;

/** Any time will do; this one makes minutes and hours easy to read. */
export const start = Date.parse('2026-01-01T00:00:00Z');

export function newTask(id: string, more: Partial<NewTask> = {}): NewTask {
  return {
    id,
    agent: 'agent',
    trigger: 'hook',
    triggerType: 'webhook',
    input: `input of ${id}`,
    createdAt: start,
    ...more,
  };
}

export function admission(
  id: string,
  more: Omit<Partial<Admission>, 'task'> & { readonly task?: Partial<NewTask> } = {},
): Admission {
  return { queueLimit: 1_000_000, ...more, task: newTask(id, more.task) };
}

export function newDelivery(id: string, more: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id,
    taskId: 'task',
    agent: 'agent',
    notification: 'ops',
    event: 'task.completed',
    endpoint: 'agent/ops',
    url: undefined,
    body: `{"id":"${id}"}`,
    createdAt: start,
    expiresAt: start + 86_400_000,
    ...more,
  };
}

/** What is told of the end of a {@linkcode newDelivery} that no attempt was made for. */
export function deadEvent(id: string, reason: string, at: number): DeliveryDead {
  const { taskId, agent, notification, endpoint } = newDelivery(id);
  const about = { deliveryId: id, taskId, agent, notification, endpoint };
  return { ...about, type: 'delivery.dead', at, attempts: 0, reason };
}

export function admitted(result: AdmissionResult) {
  if (result.outcome !== 'admitted') throw new Error(`the task was not admitted: ${result.outcome}`);
  return result;
}

/** Admits a task and claims it; it must be the first one ready. */
export async function runningTask(
  journal: Journal,
  id: string,
  more: Partial<NewTask> = {},
): Promise<TaskRecord> {
  await journal.admitTask(admission(id, { task: more }));
  return claimOne(journal, more.agent ?? 'agent', more.createdAt ?? start);
}

export async function claimOne(journal: Journal, agent = 'agent', now = start): Promise<TaskRecord> {
  const [task] = await journal.claimTasks({ agent, limit: 1, now });
  if (task === undefined) throw new Error(`no task of ${agent} is ready`);
  return task;
}

export async function claimOneDelivery(
  journal: Journal,
  endpoint = 'agent/ops',
  now = start,
): Promise<DeliveryRecord> {
  const [delivery] = (await journal.claimDeliveries({ endpoint, limit: 1, now })).claimed;
  if (delivery === undefined) throw new Error(`no delivery of ${endpoint} is ready`);
  return delivery;
}

/** Ends the task as completed. */
export function complete(
  journal: Journal,
  task: { readonly id: string; readonly fence: number },
  at = start,
  deliveries: readonly NewDelivery[] = [],
) {
  return journal.recordOutcome({
    taskId: task.id,
    fence: task.fence,
    at,
    end: { status: 'completed', result: `result of ${task.id}` },
    deliveries,
  });
}

export function fail(journal: Journal, task: { readonly id: string; readonly fence: number }, at = start) {
  const error = { code: 'broken', message: 'It broke.', retryable: false };
  return journal.recordOutcome({
    taskId: task.id,
    fence: task.fence,
    at,
    end: { status: 'failed', error },
    deliveries: [],
  });
}

export async function eventTypes(journal: Journal): Promise<string[]> {
  return (await journal.listEvents(0, 1_000)).map((event) => event.type);
}

export async function statusOf(journal: Journal, id: string): Promise<string | undefined> {
  return (await journal.getTask(id))?.status;
}

export async function skipCounts(journal: Journal): Promise<Record<string, number>> {
  const { items } = await journal.listSkips({ limit: 100 });
  return Object.fromEntries(items.map((skip) => [skip.reason, skip.count]));
}
