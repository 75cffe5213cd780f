import type { Connection } from './connection.ts';
import { integer, optionalInteger } from './row.ts';

/** Rows that one statement deletes at most; the caller goes on with the next step in another commit. */
const batch = 500;

export interface RetentionStep {
  /** Rows of tasks, deliveries, skips and events. */
  readonly deleted: number;
  /** Where the next step goes on in the events. */
  readonly eventsAfter: number;
  readonly more: boolean;
}

/** One step of retention; the first one begins after event 0. */
export function prune(
  connection: Connection,
  before: number,
  now: number,
  eventsAfter: number,
): RetentionStep {
  const counts = [
    // A task whose delivery keys still count stays, however short the retention is: without it the sender's
    // repeat would run a second time. So do those of the last hour, by which `tasks_per_hour` counts.
    connection.run(
      `DELETE FROM tasks WHERE seq IN (SELECT seq FROM tasks WHERE finished_at < ?
         AND COALESCE(repeat_until, 0) <= ? ORDER BY finished_at LIMIT ${batch})`,
      Math.min(before, now - 3_600_000),
      now,
    ),
    connection.run(
      `DELETE FROM deliveries WHERE seq IN
         (SELECT seq FROM deliveries WHERE settled_at < ? ORDER BY settled_at LIMIT ${batch})`,
      before,
    ),
    connection.run(
      `DELETE FROM skips WHERE seq IN (SELECT seq FROM skips WHERE at < ? ORDER BY at LIMIT ${batch})`,
      before,
    ),
  ].map((result) => result.changes);
  const events = pruneEvents(connection, before, now, eventsAfter);
  // What only serves the rows above is not part of the count.
  const others = [
    connection.run(
      `DELETE FROM repeats WHERE (agent, trigger, key) IN
         (SELECT agent, trigger, key FROM repeats WHERE until <= ? ORDER BY until LIMIT ${batch})`,
      now,
    ),
    connection.run(
      `DELETE FROM instants WHERE (agent, trigger, at) IN
         (SELECT agent, trigger, at FROM instants WHERE at < ? ORDER BY at LIMIT ${batch})`,
      before,
    ),
    connection.run(
      // An origin with nothing to send whose breaker has not moved since then: an open one's probe is long due, so what
      // comes next goes out either way. Somebody's pause is for good.
      `DELETE FROM endpoints WHERE endpoint IN
         (SELECT endpoint FROM endpoints e INDEXED BY endpoints_of_callbacks
          WHERE endpoint >= 'callback:' AND endpoint < 'callback;' AND changed_at < ? AND paused IS NULL AND NOT EXISTS
            (SELECT 1 FROM deliveries d WHERE d.endpoint = e.endpoint AND d.settled_at IS NULL)
          ORDER BY changed_at LIMIT ${batch})`,
      before,
    ),
    connection.run(
      // Those of notifications, which may have left the file: one that is closed is as good as none.
      `DELETE FROM endpoints WHERE endpoint IN
         (SELECT endpoint FROM endpoints e
          WHERE (endpoint < 'callback:' OR endpoint >= 'callback;') AND changed_at < ? AND state = 'closed'
            AND paused IS NULL AND NOT EXISTS
              (SELECT 1 FROM deliveries d WHERE d.endpoint = e.endpoint AND d.settled_at IS NULL)
          LIMIT ${batch})`,
      before,
    ),
    connection.run(
      // Without a row an agent has no tasks; what this group adds is written after it.
      `DELETE FROM depths WHERE agent IN
         (SELECT agent FROM depths WHERE waiting = 0 AND running = 0 LIMIT ${batch})`,
    ),
    connection.run(
      // Without a row a bucket is full.
      `DELETE FROM rates WHERE (agent, trigger) IN
         (SELECT agent, trigger FROM rates WHERE full_at <= ? LIMIT ${batch})`,
      now,
    ),
  ].map((result) => result.changes);
  return {
    deleted: counts.reduce((sum, count) => sum + count, events.deleted),
    eventsAfter: events.after,
    more: events.more || [...counts, ...others].some((count) => count === batch),
  };
}

/**
 * Events go by their number, which follows the time closely enough: the first one of the present ends the walk. Those
 * that were made while the clock was ahead are passed over, or they would keep all that came after them.
 */
function pruneEvents(
  connection: Connection,
  before: number,
  now: number,
  after: number,
): { deleted: number; after: number; more: boolean } {
  const row = connection.get(
    `SELECT COUNT(*) AS seen, MAX(sequence) AS last, COUNT(*) FILTER (WHERE at BETWEEN ? AND ?) AS present
     FROM (SELECT sequence, at FROM events WHERE sequence > ? ORDER BY sequence LIMIT ${batch})`,
    before,
    now,
    after,
  );
  const last = row && optionalInteger(row, 'last');
  if (row === undefined || last === undefined) return { deleted: 0, after, more: false };
  const { changes } = connection.run(
    'DELETE FROM events WHERE sequence > ? AND sequence <= ? AND at < ?',
    after,
    last,
    before,
  );
  const more = integer(row, 'seen') === batch && integer(row, 'present') === 0;
  return { deleted: changes, after: last, more };
}
