import type { NewTask } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { integer } from './row.ts';

/** The task of this key that calls may still join: it has not run, and its window is not over. */
export function joinable(
  connection: Connection,
  agent: string,
  trigger: string,
  key: string,
  now: number,
): Row | undefined {
  return connection.get(
    `SELECT seq, id, calls FROM tasks WHERE agent = ? AND trigger = ? AND coalesce_key = ? AND status = 'queued'
       AND started_at IS NULL AND (due_at IS NULL OR due_at > ?)
     ORDER BY seq DESC LIMIT 1`,
    agent,
    trigger,
    key,
    now,
  );
}

/** The call becomes part of the waiting task: the last payload counts, and where its answer is wanted. */
export function join(connection: Connection, waiting: Row, task: NewTask): void {
  connection.run(
    'UPDATE tasks SET input = ?, calls = calls + 1, callback_url = COALESCE(?, callback_url) WHERE seq = ?',
    task.input,
    task.callbackUrl,
    integer(waiting, 'seq'),
  );
}
