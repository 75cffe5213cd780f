import type { CallboardEvent } from '../../core/events.ts';
import type { EventRecord } from '../journal.ts';
import type { Connection, Row } from './connection.ts';
import { fields, integer } from './row.ts';

/** Appends to the event stream, inside the commit that makes the event true. */
export function appendEvent(connection: Connection, event: CallboardEvent): void {
  const taskId = 'taskId' in event ? event.taskId : undefined;
  connection.run(
    'INSERT INTO events (at, task_id, data) VALUES (?, ?, ?)',
    event.at,
    taskId,
    JSON.stringify(event),
  );
}

/** `data` of a record is the event itself. */
export function listEvents(connection: Connection, after: number, limit: number): EventRecord[] {
  return connection
    .all(
      'SELECT sequence, at, data FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?',
      after,
      Math.max(0, limit),
    )
    .map(eventRecord);
}

/** The sequence of the newest event; 0 when there is none. */
export function lastEvent(connection: Connection): number {
  const row = connection.get('SELECT coalesce(max(sequence), 0) AS sequence FROM events');
  return row === undefined ? 0 : integer(row, 'sequence');
}

/** The events of one task, oldest first; of very many, the newest, which tell what became of it. */
export function taskEvents(connection: Connection, taskId: string): EventRecord[] {
  return connection
    .all('SELECT sequence, at, data FROM events WHERE task_id = ? ORDER BY sequence DESC LIMIT 1000', taskId)
    .toReversed()
    .map(eventRecord);
}

function eventRecord(row: Row): EventRecord {
  const data = fields(row, 'data') ?? {};
  const named = (name: string) => (typeof data[name] === 'string' ? data[name] : undefined);
  return {
    sequence: integer(row, 'sequence'),
    at: integer(row, 'at'),
    type: named('type') ?? 'unknown',
    agent: named('agent'),
    taskId: named('taskId'),
    data,
  };
}
