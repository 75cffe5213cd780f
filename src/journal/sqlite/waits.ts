// Waits that began at a time which has not come: the wall clock was ahead when they did, or is behind now. By the times
// that they hold they would go on for as long as that is. A legitimate wait, however long, began before now.
import type { Connection, Row } from './connection.ts';
import { integer } from './row.ts';

/** Rows of each kind that one call changes at most, so that a long row of them does not stop the world. */
const batch = 1_000;

interface Waits {
  /** Of each wait its row, when it began, and when it ends. */
  readonly find: string;
  /** Makes a row wait until another time. */
  readonly move: string;
}

const kinds: readonly Waits[] = [
  {
    // A task that has not run yet (jitter, a window of calls that coalesce) waits since it was made.
    find: `SELECT seq, created_at AS began, due_at AS ends FROM tasks
      WHERE stage IN ('timed', 'held') AND created_at > ?1 AND status = 'queued' AND due_at > ?1`,
    move: 'UPDATE tasks SET due_at = ? WHERE seq = ?',
  },
  {
    // One that retries waits since its newest event. By `<>` the index over due times is taken, not that over states.
    find: `SELECT seq, began, ends FROM
        (SELECT seq, due_at AS ends, (SELECT at FROM events WHERE task_id = tasks.id ORDER BY sequence DESC LIMIT 1) AS began
         FROM tasks WHERE stage = 'timed' AND status <> 'queued' AND due_at > ?1)
      WHERE began > ?1`,
    move: 'UPDATE tasks SET due_at = ? WHERE seq = ?',
  },
  {
    // A delivery waits since its latest attempt.
    find: `SELECT seq, began, ends FROM
        (SELECT seq, next_attempt_at AS ends,
           (SELECT at FROM attempts WHERE delivery_seq = seq ORDER BY number DESC LIMIT 1) AS began
         FROM deliveries WHERE stage = 'timed' AND next_attempt_at > ?1)
      WHERE began > ?1`,
    move: 'UPDATE deliveries SET next_attempt_at = ? WHERE seq = ?',
  },
];

const found = (connection: Connection, { find }: Waits, after: number): readonly Row[] =>
  connection.all(`${find} LIMIT ?2`, after, batch);

export function waitsFromAfter(connection: Connection, after: number): number {
  return kinds.reduce((sum, kind) => sum + found(connection, kind, after).length, 0);
}

export function restartWaits(connection: Connection, after: number, now: number): number {
  let restarted = 0;
  for (const kind of kinds) {
    for (const row of found(connection, kind, after)) {
      const length = integer(row, 'ends') - integer(row, 'began');
      // None ends later than `after`: so none is found a second time.
      connection.run(kind.move, Math.min(now + length, after), integer(row, 'seq'));
      restarted += 1;
    }
  }
  return restarted;
}
