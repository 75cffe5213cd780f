import type { Connection } from './connection.ts';
import { integer, optionalInteger, text } from './row.ts';

/** The id of the live or completed task that one of the keys belongs to. */
export function findRepeat(
  connection: Connection,
  agent: string,
  trigger: string,
  keys: readonly string[],
  now: number,
): string | undefined {
  for (const key of keys) {
    const row = connection.get(
      `SELECT tasks.id FROM repeats JOIN tasks ON tasks.seq = repeats.task_seq
       WHERE repeats.agent = ? AND repeats.trigger = ? AND repeats.key = ? AND repeats.until > ?
         AND tasks.status NOT IN ('failed', 'cancelled')`,
      agent,
      trigger,
      key,
      now,
    );
    if (row !== undefined) return text(row, 'id');
  }
  return undefined;
}

/** Binds the keys to the task. Only keys that are free, or whose task failed, was cancelled or is too old, come here. */
export function rememberKeys(
  connection: Connection,
  agent: string,
  trigger: string,
  repeat: { readonly keys: readonly string[]; readonly until: number },
  taskSeq: number,
): void {
  for (const key of repeat.keys) {
    connection.run(
      `INSERT INTO repeats (agent, trigger, key, task_seq, until) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (agent, trigger, key) DO UPDATE SET task_seq = excluded.task_seq, until = excluded.until`,
      agent,
      trigger,
      key,
      taskSeq,
      repeat.until,
    );
  }
}

/** The keys of a task that failed or was cancelled go over to the one that runs it again. */
export function takeOverKeys(connection: Connection, replayed: string, taskSeq: number): void {
  const row = connection.get(
    `SELECT seq, agent, trigger, repeat_until FROM tasks WHERE id = ? AND status IN ('failed', 'cancelled')`,
    replayed,
  );
  const until = row === undefined ? undefined : optionalInteger(row, 'repeat_until');
  if (row === undefined || until === undefined) return;
  const { changes } = connection.run(
    'UPDATE repeats SET task_seq = ? WHERE agent = ? AND trigger = ? AND task_seq = ?',
    taskSeq,
    text(row, 'agent'),
    text(row, 'trigger'),
    integer(row, 'seq'),
  );
  if (changes > 0) keepForRepeats(connection, taskSeq, until);
}

/** Retention keeps the task for as long as its keys count; an admission writes this with its row. */
export function keepForRepeats(connection: Connection, taskSeq: number, until: number): void {
  connection.run(
    'UPDATE tasks SET repeat_until = MAX(COALESCE(repeat_until, 0), ?) WHERE seq = ?',
    until,
    taskSeq,
  );
}
