import type { TaskRecord } from '../tasks.ts';
import type { Connection } from './connection.ts';
import { holderOf, releaseNext } from './groups.ts';
import { text } from './row.ts';
import { taskRecord } from './task-rows.ts';

/** The one owner of the file has just started, so whatever is under way in it was cut off. */
export function recover(connection: Connection, now: number): { interrupted: TaskRecord[] } {
  connection.run(`UPDATE deliveries SET status = 'pending', stage = 'ready' WHERE status = 'attempting'`);
  const groups = connection.all(`SELECT DISTINCT agent, group_key FROM tasks WHERE stage = 'held'`);
  for (const row of groups) {
    const agent = text(row, 'agent');
    const group = text(row, 'group_key');
    if (holderOf(connection, agent, group) === undefined) releaseNext(connection, agent, group, now);
  }
  const running = connection.all(`SELECT * FROM tasks WHERE status = 'running' ORDER BY seq`);
  return { interrupted: running.map(taskRecord) };
}

export function newestTaskNanos(connection: Connection): bigint {
  const row = connection.get('SELECT nanos FROM newest_task');
  return row === undefined ? 0n : BigInt(text(row, 'nanos'));
}
