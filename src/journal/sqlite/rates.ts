import type { RateLimit } from '../admission.ts';
import type { Connection } from './connection.ts';
import { integer } from './row.ts';

const hour = 3_600_000;

/** When the trigger's bucket would be full again. Clamped, so that a clock that was set back blocks nobody for long. */
function fullAt(
  connection: Connection,
  agent: string,
  trigger: string,
  rate: RateLimit,
  now: number,
): number {
  const row = connection.get('SELECT full_at FROM rates WHERE agent = ? AND trigger = ?', agent, trigger);
  const stored = row === undefined ? now : integer(row, 'full_at');
  return Math.min(Math.max(stored, now), now + rate.burst * rate.intervalMs);
}

/** Milliseconds until the bucket has a token; 0 when it has one. */
export function waitForToken(
  connection: Connection,
  agent: string,
  trigger: string,
  rate: RateLimit,
  now: number,
): number {
  const full = fullAt(connection, agent, trigger, rate, now);
  return Math.max(0, Math.ceil(full + rate.intervalMs - rate.burst * rate.intervalMs - now));
}

export function takeToken(
  connection: Connection,
  agent: string,
  trigger: string,
  rate: RateLimit,
  now: number,
): void {
  connection.run(
    `INSERT INTO rates (agent, trigger, full_at) VALUES (?, ?, ?)
     ON CONFLICT (agent, trigger) DO UPDATE SET full_at = excluded.full_at`,
    agent,
    trigger,
    fullAt(connection, agent, trigger, rate, now) + rate.intervalMs,
  );
}

/**
 * Milliseconds until the agent may be given another task within an hour; 0 when it may now. Tasks of more than an hour
 * ahead were made under a wrong clock, and would count until that time has come.
 */
export function waitForHour(connection: Connection, agent: string, hourly: number, now: number): number {
  if (hourly < 1) return hour;
  const row = connection.get(
    `SELECT created_at FROM tasks WHERE agent = ? AND created_at > ? AND created_at < ?
     ORDER BY created_at DESC LIMIT 1 OFFSET ?`,
    agent,
    now - hour,
    now + hour,
    hourly - 1,
  );
  if (row === undefined) return 0;
  return Math.min(hour, Math.max(1, integer(row, 'created_at') + hour - now));
}
