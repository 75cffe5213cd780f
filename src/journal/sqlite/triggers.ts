import type { TriggerRecord } from '../triggers.ts';
import type { Connection } from './connection.ts';
import { appendEvent } from './events.ts';
import { integer, optionalInteger, text } from './row.ts';

export function listTriggers(connection: Connection): TriggerRecord[] {
  return connection.all('SELECT * FROM triggers ORDER BY agent, trigger').map((row) => ({
    agent: text(row, 'agent'),
    trigger: text(row, 'trigger'),
    fingerprint: text(row, 'fingerprint'),
    lastInstant: optionalInteger(row, 'last_instant'),
    paused: integer(row, 'paused') === 1,
    pausedUntil: optionalInteger(row, 'paused_until'),
  }));
}

export function saveTrigger(connection: Connection, next: TriggerRecord, at: number): void {
  const { agent, trigger } = next;
  const last = connection.get('SELECT paused FROM triggers WHERE agent = ? AND trigger = ?', agent, trigger);
  const wasPaused = last !== undefined && integer(last, 'paused') === 1;
  connection.run(
    `INSERT INTO triggers (agent, trigger, fingerprint, last_instant, paused, paused_until) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (agent, trigger) DO UPDATE SET
       -- A pause is written from a row read earlier: an instant committed in between must not be undone.
       last_instant = CASE WHEN fingerprint = excluded.fingerprint AND last_instant IS NOT NULL
         AND excluded.last_instant IS NOT NULL
         THEN MAX(last_instant, excluded.last_instant) ELSE excluded.last_instant END,
       fingerprint = excluded.fingerprint, paused = excluded.paused, paused_until = excluded.paused_until`,
    agent,
    trigger,
    next.fingerprint,
    next.lastInstant,
    next.paused ? 1 : 0,
    next.pausedUntil,
  );
  if (wasPaused === next.paused) return;
  appendEvent(connection, { type: next.paused ? 'trigger.paused' : 'trigger.resumed', agent, trigger, at });
}

/** All instants up to `instant` are dealt with; it never moves back. */
export function advanceInstant(
  connection: Connection,
  agent: string,
  trigger: string,
  instant: number,
): void {
  connection.run(
    `INSERT INTO triggers (agent, trigger, fingerprint, last_instant, paused) VALUES (?, ?, '', ?, 0)
     ON CONFLICT (agent, trigger) DO UPDATE
       SET last_instant = MAX(COALESCE(last_instant, excluded.last_instant), excluded.last_instant)`,
    agent,
    trigger,
    instant,
  );
}
