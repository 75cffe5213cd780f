// The table `depths` is kept by whoever moves a task (group-totals.ts), so nothing here counts tasks.
import type { QueueDepth } from '../journal.ts';
import type { Connection } from './connection.ts';
import { integer, optionalInteger, text } from './row.ts';

/** Waiting tasks of all agents; inside a group, with what it has changed so far. */
export function waitingTasks(connection: Connection): number {
  return connection.totals.waitingTasks(() => {
    const row = connection.get('SELECT COALESCE(SUM(waiting), 0) AS waiting FROM depths');
    return row === undefined ? 0 : integer(row, 'waiting');
  });
}

/** Writes what the group adds up to into its transaction. */
export function writeTotals(connection: Connection): void {
  const { depths, newest } = connection.totals;
  for (const [agent, { waiting, running }] of depths) {
    connection.run(
      `INSERT INTO depths (agent, waiting, running) VALUES (?, ?, ?) ON CONFLICT (agent)
         DO UPDATE SET waiting = waiting + excluded.waiting, running = running + excluded.running`,
      agent,
      waiting,
      running,
    );
  }
  if (newest === 0n) return;
  connection.run(
    `UPDATE newest_task SET nanos = ?1
     WHERE LENGTH(nanos) < LENGTH(?1) OR (LENGTH(nanos) = LENGTH(?1) AND nanos < ?1)`,
    newest.toString(),
  );
}

export function queueDepths(connection: Connection): QueueDepth[] {
  return connection.all('SELECT * FROM depths ORDER BY agent').map((row) => {
    const agent = text(row, 'agent');
    const ages = [`stage = 'ready'`, `stage IN ('timed', 'held')`]
      .map((waits) => oldest(connection, agent, waits))
      .filter((age) => age !== undefined);
    return {
      agent,
      waiting: integer(row, 'waiting'),
      running: integer(row, 'running'),
      oldestCreatedAt: ages.length === 0 ? undefined : Math.min(...ages),
    };
  });
}

function oldest(connection: Connection, agent: string, waits: string): number | undefined {
  const row = connection.get(
    `SELECT MIN(created_at) AS oldest FROM tasks WHERE agent = ? AND ${waits}`,
    agent,
  );
  return row === undefined ? undefined : optionalInteger(row, 'oldest');
}

export function agentsWithWork(connection: Connection): string[] {
  return connection
    .all('SELECT agent FROM depths WHERE waiting + running > 0 ORDER BY agent')
    .map((row) => text(row, 'agent'));
}
