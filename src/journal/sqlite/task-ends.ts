// How attempts and tasks end. The outcome, the deliveries that it causes and the release of the group's next
// task are one commit.
import { taskStatuses } from '../../core/events.ts';
import type { NewDelivery } from '../deliveries.ts';
import { isTerminal, type Outcome, type Release, type TaskRecord } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { insertDelivery } from './delivery-rows.ts';
import { appendEvent } from './events.ts';
import { nobodyReleased, releaseNext } from './groups.ts';
import { integer, oneOf, toJson } from './row.ts';
import { aboutTask, durationOf, taskRecord } from './task-rows.ts';
import { heldRow, wishCancel } from './task-work.ts';

export function recordOutcome(connection: Connection, outcome: Outcome): { task: TaskRecord } & Release {
  const { end, at } = outcome;
  const over = isTerminal(end.status);
  const row = connection.get(
    `UPDATE tasks SET status = ?, stage = ?, finished_at = ?, due_at = ?, result = ?, error = ?, reason = ?,
       usage = COALESCE(?, usage), notes = COALESCE(?, notes)
     WHERE id = ? AND fence = ? AND status = 'running' RETURNING *`,
    end.status,
    over ? null : 'timed',
    over ? at : null,
    'dueAt' in end ? end.dueAt : null,
    'result' in end ? end.result : null,
    'error' in end ? toJson(end.error) : null,
    'reason' in end ? end.reason : null,
    toJson(outcome.usage),
    toJson(outcome.notes),
    outcome.taskId,
    outcome.fence,
  );
  const task = taskRecord(heldRow(row, outcome.taskId));
  connection.totals.moved(task.agent, 'running', task.status);
  appendEvent(connection, endEvent(task, outcome));
  for (const delivery of outcome.deliveries) insertDelivery(connection, delivery);
  const release =
    over && task.group !== undefined ? releaseNext(connection, task.agent, task.group, at) : nobodyReleased;
  return { task, ...release };
}

function endEvent(task: TaskRecord, { end, at }: Outcome) {
  const about = aboutTask(task, at);
  const durationMs = durationOf(task, at);
  switch (end.status) {
    case 'completed':
      return { ...about, type: 'task.completed', durationMs } as const;
    case 'failed':
      return { ...about, type: 'task.failed', durationMs, error: end.error } as const;
    case 'cancelled':
      return { ...about, type: 'task.cancelled', durationMs, reason: end.reason } as const;
    case 'retrying':
      return {
        ...about,
        type: 'task.retrying',
        attempt: task.attempt,
        error: end.error,
        dueAt: end.dueAt,
      } as const;
  }
}

/** Cancels the waiting task of this row. The caller releases the next of its group where it was the holder. */
export function cancelRow(
  connection: Connection,
  row: Row,
  at: number,
  reason: string,
  deliveries: (task: TaskRecord) => readonly NewDelivery[],
): TaskRecord {
  const cancelled = connection.get(
    `UPDATE tasks SET status = 'cancelled', stage = NULL, finished_at = ?, due_at = NULL, reason = ?
     WHERE seq = ? RETURNING *`,
    at,
    reason,
    integer(row, 'seq'),
  );
  const task = taskRecord(cancelled ?? row);
  connection.totals.moved(task.agent, oneOf(row, 'status', taskStatuses), 'cancelled');
  appendEvent(connection, {
    ...aboutTask(task, at),
    type: 'task.cancelled',
    durationMs: durationOf(task, at),
    reason,
  });
  for (const delivery of deliveries(task)) insertDelivery(connection, delivery);
  return task;
}

export function cancelWaiting(
  connection: Connection,
  cancel: {
    taskId: string;
    at: number;
    reason: string;
    deliveries: readonly NewDelivery[];
    wish?: boolean | undefined;
  },
): { outcome: 'cancelled' | 'running' | 'over' | 'unknown' } & Release {
  const row = connection.get('SELECT * FROM tasks WHERE id = ?', cancel.taskId);
  if (row === undefined) return { outcome: 'unknown', ...nobodyReleased };
  const { status, agent, group } = taskRecord(row);
  if (status === 'running') {
    if (cancel.wish === true) wishCancel(connection, row, cancel.reason);
    return { outcome: 'running', ...nobodyReleased };
  }
  if (isTerminal(status)) return { outcome: 'over', ...nobodyReleased };
  cancelRow(connection, row, cancel.at, cancel.reason, () => cancel.deliveries);
  const holds = group !== undefined && row.stage !== 'held';
  return {
    outcome: 'cancelled',
    ...(holds ? releaseNext(connection, agent, group, cancel.at) : nobodyReleased),
  };
}
