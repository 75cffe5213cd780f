// What the worker that holds a task may do with it. A worker with an old fence, or of a task that is over,
// writes nothing.
import { taskStatuses, type Usage } from '../../core/events.ts';
import type { NewDelivery } from '../deliveries.ts';
import { StaleFence } from '../errors.ts';
import type { TaskRecord } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { insertDelivery } from './delivery-rows.ts';
import { appendEvent } from './events.ts';
import { integer, oneOf, toJson } from './row.ts';
import { aboutTask, taskRecord } from './task-rows.ts';

export function claimTasks(
  connection: Connection,
  claim: { agent: string; limit: number; now: number },
): TaskRecord[] {
  const ready = connection.all(
    `SELECT seq, status FROM tasks WHERE agent = ? AND stage = 'ready' ORDER BY seq LIMIT ?`,
    claim.agent,
    Math.max(0, claim.limit),
  );
  return ready.map((row) => {
    const claimed = connection.get(
      `UPDATE tasks SET status = 'running', stage = NULL, due_at = NULL, fence = fence + 1, attempt = attempt + 1,
         started_at = COALESCE(started_at, ?)
       WHERE seq = ? RETURNING *`,
      claim.now,
      integer(row, 'seq'),
    );
    if (claimed === undefined) throw new Error(`a ready task of agent ${claim.agent} is gone`);
    const task = taskRecord(claimed);
    connection.totals.moved(task.agent, oneOf(row, 'status', taskStatuses), 'running');
    const { attempt, scheduledAt } = task;
    appendEvent(connection, { ...aboutTask(task, claim.now), type: 'task.started', attempt, scheduledAt });
    return task;
  });
}

/** The row that a RETURNING gave, which has none when the worker's fence is old. */
export function heldRow(row: Row | undefined, taskId: string): Row {
  if (row === undefined) throw new StaleFence(`task ${taskId}`);
  return row;
}

export function recordStart(
  connection: Connection,
  start: { taskId: string; fence: number; deliveries: readonly NewDelivery[] },
): boolean {
  const row = heldRow(
    connection.get(
      `SELECT seq, start_recorded FROM tasks WHERE id = ? AND fence = ? AND status = 'running'`,
      start.taskId,
      start.fence,
    ),
    start.taskId,
  );
  if (integer(row, 'start_recorded') === 1) return false;
  connection.run('UPDATE tasks SET start_recorded = 1 WHERE seq = ?', integer(row, 'seq'));
  for (const delivery of start.deliveries) insertDelivery(connection, delivery);
  return true;
}

/** The running task of this row is to be cancelled: by its worker, or by whoever finds it when that has died. */
export function wishCancel(connection: Connection, row: Row, reason: string): void {
  connection.run('UPDATE tasks SET cancel_reason = ? WHERE seq = ?', reason, integer(row, 'seq'));
}

export function recordUsage(
  connection: Connection,
  record: { taskId: string; fence: number; usage: Usage; notes?: unknown },
): void {
  const { changes } = connection.run(
    `UPDATE tasks SET usage = ?, notes = COALESCE(?, notes) WHERE id = ? AND fence = ? AND status = 'running'`,
    toJson(record.usage),
    toJson(record.notes),
    record.taskId,
    record.fence,
  );
  if (changes === 0) throw new StaleFence(`task ${record.taskId}`);
}

export function requeueTask(
  connection: Connection,
  requeue: { taskId: string; fence: number; at: number; crashed: boolean },
): void {
  const row = connection.get(
    `UPDATE tasks SET status = 'queued', stage = 'ready', attempt = attempt - ?, crashes = crashes + ?
     WHERE id = ? AND fence = ? AND status = 'running' RETURNING *`,
    requeue.crashed ? 0 : 1,
    requeue.crashed ? 1 : 0,
    requeue.taskId,
    requeue.fence,
  );
  const task = taskRecord(heldRow(row, requeue.taskId));
  connection.totals.moved(task.agent, 'running', 'queued');
  appendEvent(connection, { ...aboutTask(task, requeue.at), type: 'task.queued' });
}
