// Tasks of one agent with one group run one after another. The holder is the one that may run, runs or retries;
// all others are held. Whoever ends the holder makes the next one in line the holder, in the same commit.
import type { Release } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { integer, oneOf, optionalInteger } from './row.ts';

export type Stage = 'ready' | 'timed' | 'held';

/** What a task waits for when it enters the queue at `now`. */
export function stageFor(held: boolean, dueAt: number | undefined, now: number): Stage {
  if (held) return 'held';
  return dueAt !== undefined && dueAt > now ? 'timed' : 'ready';
}

/** The row of the group's holder. */
export function holderOf(connection: Connection, agent: string, group: string): Row | undefined {
  return connection.get(
    `SELECT * FROM tasks WHERE agent = ? AND group_key = ? AND finished_at IS NULL AND stage IS NOT 'held'`,
    agent,
    group,
  );
}

export const nobodyReleased: Release = { released: false, dueAt: undefined };

/** Makes the oldest held task the holder. The old holder must have ended. */
export function releaseNext(connection: Connection, agent: string, group: string, now: number): Release {
  const next = connection.get(
    `SELECT seq FROM tasks WHERE agent = ? AND group_key = ? AND stage = 'held' ORDER BY seq LIMIT 1`,
    agent,
    group,
  );
  if (next === undefined) return nobodyReleased;
  const released = connection.get(
    `UPDATE tasks SET stage = CASE WHEN due_at > ? THEN 'timed' ELSE 'ready' END WHERE seq = ?
     RETURNING stage, due_at`,
    now,
    integer(next, 'seq'),
  );
  if (released === undefined) throw new Error(`a held task of agent ${agent} is gone`);
  const ready = oneOf(released, 'stage', ['ready', 'timed']) === 'ready';
  return { released: ready, dueAt: ready ? undefined : optionalInteger(released, 'due_at') };
}
