// Everything that a task must pass, and its row, in one commit. A check that refuses leaves a skip behind, where
// the contract asks for a record, and takes no token and no key.
import type { SkipReason } from '../../core/events.ts';
import { nanosOfTaskId } from '../../core/ids.ts';
import type { Admission, AdmissionResult } from '../admission.ts';
import { join, joinable } from './coalesce.ts';
import type { Connection } from './connection.ts';
import { waitingTasks } from './depths.ts';
import { appendEvent } from './events.ts';
import { holderOf, type Stage, stageFor } from './groups.ts';
import { displacement, makeRoom, unannounced } from './overlap.ts';
import { takeToken, waitForHour, waitForToken } from './rates.ts';
import { findRepeat, keepForRepeats, rememberKeys, takeOverKeys } from './repeats.ts';
import { integer, text } from './row.ts';
import { recordSkip } from './skips.ts';
import { advanceInstant } from './triggers.ts';

export function admitTask(connection: Connection, admission: Admission): AdmissionResult {
  const { task, coalesce } = admission;
  const waiting = coalesce && joinable(connection, task.agent, task.trigger, coalesce.key, task.createdAt);
  const refusal = check(connection, admission, waiting !== undefined);
  if (refusal !== undefined) return refusal;
  if (coalesce !== undefined) {
    const count = waiting === undefined ? 0 : integer(waiting, 'calls');
    if (count !== (coalesce.count ?? count)) return { outcome: 'stale', count };
    if (waiting !== undefined) {
      join(connection, waiting, task);
      const seq = integer(waiting, 'seq');
      if (admission.repeat !== undefined) keepForRepeats(connection, seq, admission.repeat.until);
      settle(connection, admission, seq);
      skip(connection, admission, 'coalesced');
      return { outcome: 'coalesced', taskId: text(waiting, 'id') };
    }
  }
  const displaces = displacement(connection, admission);
  const tasks = unannounced(displaces, admission);
  if (tasks.length > 0) return { outcome: 'displaces', tasks };
  const { held, replaces, displaced } = makeRoom(connection, admission, displaces);
  const stage = stageFor(held, task.dueAt, task.createdAt);
  const seq = insert(connection, admission, stage);
  settle(connection, admission, seq);
  const { id: taskId, agent, trigger, createdAt: at } = task;
  appendEvent(connection, { type: 'task.queued', taskId, agent, trigger, at });
  return { outcome: 'admitted', ready: stage === 'ready', replaces, displaced };
}

/** The checks that need no row of the task, in the order of the port. What joins a task is not one more. */
function check(connection: Connection, admission: Admission, joins: boolean): AdmissionResult | undefined {
  const { instant, repeat, rate, hourly, overlap } = admission;
  const { agent, trigger, createdAt: now, group } = admission.task;
  if (!joins && waitingTasks(connection) >= admission.queueLimit) return { outcome: 'queue_full' };
  if (instant !== undefined && instantTaken(connection, agent, trigger, instant)) {
    return { outcome: 'instant_taken' };
  }
  if (repeat !== undefined) {
    const first = findRepeat(connection, agent, trigger, repeat.keys, now);
    if (first !== undefined) {
      skip(connection, admission, 'duplicate');
      return { outcome: 'duplicate', taskId: first };
    }
  }
  if (rate !== undefined) {
    const retryAfterMs = waitForToken(connection, agent, trigger, rate, now);
    if (retryAfterMs > 0) {
      skip(connection, admission, 'rate_limited');
      return { outcome: 'rate_limited', retryAfterMs };
    }
  }
  if (hourly !== undefined && !joins) {
    const retryAfterMs = waitForHour(connection, agent, hourly, now);
    if (retryAfterMs > 0) {
      skip(connection, admission, 'budget');
      return { outcome: 'budget', retryAfterMs };
    }
  }
  if (overlap === 'skip' && group !== undefined && holderOf(connection, agent, group) !== undefined) {
    skip(connection, admission, 'overlap');
    return { outcome: 'overlap' };
  }
  return undefined;
}

function instantTaken(connection: Connection, agent: string, trigger: string, at: number): boolean {
  const row = connection.get(
    'SELECT 1 FROM instants WHERE agent = ? AND trigger = ? AND at = ?',
    agent,
    trigger,
    at,
  );
  return row !== undefined;
}

function skip(connection: Connection, admission: Admission, reason: SkipReason): void {
  const { agent, trigger, createdAt } = admission.task;
  const { instant } = admission;
  recordSkip(connection, { agent, trigger, reason, at: instant ?? createdAt, instant });
}

/** What a task that came in uses up: its instant, its delivery's keys, a token. */
function settle(connection: Connection, admission: Admission, seq: number): void {
  const { agent, trigger, createdAt } = admission.task;
  const { instant, repeat, replays, rate } = admission;
  if (instant !== undefined) {
    connection.run('INSERT INTO instants VALUES (?, ?, ?, ?)', agent, trigger, instant, seq);
    advanceInstant(connection, agent, trigger, instant);
  }
  if (repeat !== undefined) rememberKeys(connection, agent, trigger, repeat, seq);
  if (replays !== undefined) takeOverKeys(connection, replays, seq);
  if (rate !== undefined) takeToken(connection, agent, trigger, rate, createdAt);
}

function insert(connection: Connection, { task, coalesce, repeat }: Admission, stage: Stage): number {
  const { lastSeq } = connection.run(
    `INSERT INTO tasks (id, agent, trigger, trigger_type, status, stage, created_at, due_at, scheduled_at,
       repeat_until, group_key, coalesce_key, callback_url, traceparent, input)
     VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    task.id,
    task.agent,
    task.trigger,
    task.triggerType,
    stage,
    task.createdAt,
    task.dueAt,
    task.scheduledAt,
    repeat?.until,
    task.group,
    coalesce?.key,
    task.callbackUrl,
    task.traceparent,
    task.input,
  );
  connection.totals.moved(task.agent, undefined, 'queued');
  connection.totals.made(nanosOfTaskId(task.id) ?? 0n);
  return lastSeq;
}
