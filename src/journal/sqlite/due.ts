import type { DeliveryDead } from '../../core/events.ts';
import type { Connection } from './connection.ts';
import { buryRow } from './dead-letters.ts';
import { integer, text } from './row.ts';

/** Rows of each kind that one call changes at most, so that a long row of them does not stop the world. */
const dueBatch = 1_000;

export interface Promotion {
  readonly agents: readonly string[];
  readonly endpoints: readonly string[];
  /** Deliveries that were too old. */
  readonly dead: readonly DeliveryDead[];
  /** More may be due. */
  readonly more: boolean;
}

/** Makes claimable what has come due, and buries what is too old. */
export function promoteDue(connection: Connection, now: number): Promotion {
  const expired = connection.all(
    'SELECT * FROM deliveries WHERE stage IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ?',
    now,
    dueBatch,
  );
  const dead = expired.map((row) => buryRow(connection, row, 'expired', now));
  const tasks = connection.all(
    `UPDATE tasks SET stage = 'ready' WHERE seq IN
       (SELECT seq FROM tasks WHERE stage = 'timed' AND due_at <= ? ORDER BY due_at LIMIT ?) RETURNING agent`,
    now,
    dueBatch,
  );
  const deliveries = connection.all(
    `UPDATE deliveries SET stage = 'ready' WHERE seq IN
       (SELECT seq FROM deliveries WHERE stage = 'timed' AND next_attempt_at <= ? ORDER BY next_attempt_at LIMIT ?)
     RETURNING endpoint`,
    now,
    dueBatch,
  );
  return {
    agents: [...new Set(tasks.map((row) => text(row, 'agent')))],
    endpoints: [...new Set(deliveries.map((row) => text(row, 'endpoint')))],
    dead,
    more: [expired, tasks, deliveries].some((rows) => rows.length === dueBatch),
  };
}

export function nextDueAt(connection: Connection): number | undefined {
  const times = [
    `SELECT due_at AS at FROM tasks WHERE stage = 'timed' ORDER BY due_at LIMIT 1`,
    `SELECT next_attempt_at AS at FROM deliveries WHERE stage = 'timed' ORDER BY next_attempt_at LIMIT 1`,
    'SELECT expires_at AS at FROM deliveries WHERE stage IS NOT NULL ORDER BY expires_at LIMIT 1',
  ]
    .map((sql) => connection.get(sql))
    .filter((row) => row !== undefined)
    .map((row) => integer(row, 'at'));
  return times.length === 0 ? undefined : Math.min(...times);
}
