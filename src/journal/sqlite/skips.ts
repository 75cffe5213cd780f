import { type SkipReason, skipReasons } from '../../core/events.ts';
import type { SkipRecord } from '../triggers.ts';
import type { Connection, Row } from './connection.ts';
import { appendEvent } from './events.ts';
import { integer, oneOf, text } from './row.ts';
import { advanceInstant } from './triggers.ts';

const minute = 60_000;

export interface Skip {
  readonly agent: string;
  readonly trigger: string;
  readonly reason: SkipReason;
  readonly at: number;
  readonly count?: number | undefined;
  readonly instant?: number | undefined;
}

/**
 * Counts what did not run in the row of its minute. Only the first one of a minute goes into the event stream,
 * so that a flood of refused calls cannot fill the disk.
 */
export function recordSkip(connection: Connection, skip: Skip): void {
  const { agent, trigger, reason, at } = skip;
  const added = skip.count ?? 1;
  const row = connection.get(
    `INSERT INTO skips (agent, trigger, reason, at, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (agent, trigger, reason, at) DO UPDATE SET count = count + excluded.count
     RETURNING count`,
    agent,
    trigger,
    reason,
    Math.floor(at / minute) * minute,
    added,
  );
  if (row !== undefined && integer(row, 'count') === added) {
    appendEvent(connection, { type: 'trigger.skipped', agent, trigger, reason, at });
  }
  if (skip.instant !== undefined) advanceInstant(connection, agent, trigger, skip.instant);
}

export function skipRecord(row: Row): SkipRecord {
  return {
    agent: text(row, 'agent'),
    trigger: text(row, 'trigger'),
    reason: oneOf(row, 'reason', skipReasons),
    at: integer(row, 'at'),
    count: integer(row, 'count'),
  };
}
