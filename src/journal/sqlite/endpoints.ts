import { isDeepStrictEqual } from 'node:util';
import type { EndpointNews } from '../../core/events.ts';
import type { EndpointRecord } from '../deliveries.ts';
import type { Connection, Row } from './connection.ts';
import { appendEvent } from './events.ts';
import { integer, oneOf, optionalInteger, optionalText, text } from './row.ts';

function endpointRecord(row: Row): EndpointRecord {
  return {
    endpoint: text(row, 'endpoint'),
    state: oneOf(row, 'state', ['closed', 'open', 'probing']),
    failures: integer(row, 'failures'),
    probeAt: optionalInteger(row, 'probe_at'),
    probeDelay: optionalInteger(row, 'probe_delay'),
    paused: optionalText(row, 'paused'),
  };
}

export function getEndpoint(connection: Connection, endpoint: string): EndpointRecord {
  const row = connection.get('SELECT * FROM endpoints WHERE endpoint = ?', endpoint);
  if (row !== undefined) return endpointRecord(row);
  return {
    endpoint,
    state: 'closed',
    failures: 0,
    probeAt: undefined,
    probeDelay: undefined,
    paused: undefined,
  };
}

export function listEndpoints(connection: Connection): EndpointRecord[] {
  return connection.all('SELECT * FROM endpoints ORDER BY endpoint').map(endpointRecord);
}

/** Writes the breaker, and the events of what changed in it. */
export function saveEndpoint(connection: Connection, next: EndpointRecord, at: number): EndpointNews[] {
  const { endpoint } = next;
  const row = connection.get('SELECT * FROM endpoints WHERE endpoint = ?', endpoint);
  const last = row === undefined ? undefined : endpointRecord(row);
  // As after nearly every attempt.
  if (last !== undefined && isDeepStrictEqual(last, next)) return [];
  connection.run(
    `INSERT INTO endpoints (endpoint, state, failures, probe_at, probe_delay, paused, changed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (endpoint) DO UPDATE SET state = excluded.state, failures = excluded.failures,
       probe_at = excluded.probe_at, probe_delay = excluded.probe_delay, paused = excluded.paused,
       changed_at = excluded.changed_at`,
    endpoint,
    next.state,
    next.failures,
    next.probeAt,
    next.probeDelay,
    next.paused,
    at,
  );
  const news = newsOf(last, next, at);
  for (const event of news) appendEvent(connection, event);
  return news;
}

function newsOf(last: EndpointRecord | undefined, next: EndpointRecord, at: number): EndpointNews[] {
  const { endpoint } = next;
  const news: EndpointNews[] = [];
  const wasClosed = last === undefined || last.state === 'closed';
  const isClosed = next.state === 'closed';
  if (wasClosed !== isClosed)
    news.push({ type: isClosed ? 'endpoint.closed' : 'endpoint.opened', endpoint, at });
  if (last?.paused === undefined && next.paused !== undefined) {
    news.push({ type: 'notification.paused', endpoint, at, reason: next.paused });
  } else if (last?.paused !== undefined && next.paused === undefined) {
    news.push({ type: 'notification.resumed', endpoint, at, reason: last.paused });
  }
  return news;
}

/** Steps from endpoint to endpoint through the index of open deliveries, whatever number each of them has. */
export function endpointsWithWork(connection: Connection): string[] {
  return connection
    .all(
      `WITH RECURSIVE open (endpoint) AS (
         SELECT MIN(endpoint) FROM deliveries WHERE settled_at IS NULL
         UNION ALL
         SELECT (SELECT MIN(d.endpoint) FROM deliveries d WHERE d.settled_at IS NULL AND d.endpoint > open.endpoint)
         FROM open WHERE open.endpoint IS NOT NULL
       )
       SELECT endpoint FROM open WHERE endpoint IS NOT NULL`,
    )
    .map((row) => text(row, 'endpoint'));
}
