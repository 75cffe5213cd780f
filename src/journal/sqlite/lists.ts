import type { DeliveryRecord } from '../deliveries.ts';
import type { DeliveryFilter, Page, SkipFilter, TaskFilter } from '../lists.ts';
import type { TaskRecord } from '../tasks.ts';
import type { SkipRecord } from '../triggers.ts';
import type { Connection } from './connection.ts';
import { blocked, deliveryColumns, deliveryRecord } from './delivery-rows.ts';
import { listPage } from './listing.ts';
import { skipRecord } from './skips.ts';
import { taskRecord } from './task-rows.ts';

export function listTasks(connection: Connection, filter: TaskFilter): Page<TaskRecord> {
  const listing = {
    columns: '*',
    from: 'tasks',
    texts: ['input', 'result', 'error', 'notes'],
    time: 'created_at',
    where: [
      // Those of one status are fewer than those of an agent, as a rule: `+` keeps the agent's index out of it.
      [filter.status === undefined ? 'agent = ?' : '+agent = ?', filter.agent],
      ['trigger = ?', filter.trigger],
      ['status = ?', filter.status],
      ['created_at >= ?', filter.since],
    ],
    item: taskRecord,
  } as const;
  return listPage(connection, listing, filter);
}

export function listDeliveries(connection: Connection, filter: DeliveryFilter): Page<DeliveryRecord> {
  const { status } = filter;
  const waiting = status === 'waiting';
  const mayWait = status === 'pending' || status === 'backoff';
  const listing = {
    columns: deliveryColumns,
    from: 'deliveries d',
    texts: ['body'],
    time: 'created_at',
    where: [
      ['task_id = ?', filter.taskId],
      ['agent = ?', filter.agent],
      ['notification = ?', filter.notification],
      ['status = ?', waiting ? undefined : status],
      ['created_at >= ?', filter.since],
    ],
    and: waiting ? ['stage IS NOT NULL', blocked] : mayWait ? [`NOT ${blocked}`] : [],
    item: (row: Parameters<typeof deliveryRecord>[1]) => deliveryRecord(connection, row),
  } as const;
  return listPage(connection, listing, filter);
}

export function listSkips(connection: Connection, filter: SkipFilter): Page<SkipRecord> {
  const listing = {
    columns: '*',
    from: 'skips',
    texts: [],
    time: 'at',
    where: [
      ['agent = ?', filter.agent],
      ['trigger = ?', filter.trigger],
      ['reason = ?', filter.reason],
      ['at >= ?', filter.since],
    ],
    item: skipRecord,
  } as const;
  return listPage(connection, listing, filter);
}
