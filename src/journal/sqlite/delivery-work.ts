import type { DeliveryDead, EndpointNews } from '../../core/events.ts';
import type { AttemptRecord, DeliveryRecord, Settlement } from '../deliveries.ts';
import { StaleFence } from '../errors.ts';
import type { Connection, Row } from './connection.ts';
import { buryRow } from './dead-letters.ts';
import { aboutDelivery, deliveryRecord, readDelivery } from './delivery-rows.ts';
import { saveEndpoint } from './endpoints.ts';
import { appendEvent } from './events.ts';
import { integer } from './row.ts';

/** Rows that one claim buries at most, so that a long row of expired deliveries does not stop the world. */
const mostBuried = 1_000;

export function claimDeliveries(
  connection: Connection,
  claim: { endpoint: string; limit: number; now: number },
): { claimed: DeliveryRecord[]; dead: DeliveryDead[] } {
  const claimed: DeliveryRecord[] = [];
  const dead: DeliveryDead[] = [];
  while (claimed.length < claim.limit && dead.length < mostBuried) {
    const ready = connection.all(
      `SELECT seq, expires_at FROM deliveries WHERE endpoint = ? AND stage = 'ready' ORDER BY seq LIMIT ?`,
      claim.endpoint,
      claim.limit - claimed.length,
    );
    if (ready.length === 0) break;
    for (const row of ready) {
      const seq = integer(row, 'seq');
      if (integer(row, 'expires_at') > claim.now) claimed.push(claimRow(connection, seq));
      else dead.push(buryRow(connection, rowOf(connection, seq), 'expired', claim.now));
    }
  }
  return { claimed, dead };
}

function rowOf(connection: Connection, seq: number): Row {
  const row = connection.get('SELECT * FROM deliveries WHERE seq = ?', seq);
  if (row === undefined) throw new Error(`delivery number ${seq} is gone`);
  return row;
}

function claimRow(connection: Connection, seq: number): DeliveryRecord {
  const row = connection.get(
    `UPDATE deliveries SET status = 'attempting', stage = NULL, next_attempt_at = NULL, fence = fence + 1
     WHERE seq = ? RETURNING *`,
    seq,
  );
  if (row === undefined) throw new Error(`delivery number ${seq} is gone`);
  return deliveryRecord(connection, row);
}

/** Commits the attempt, the delivery's new state and its endpoint's breaker together. */
export function settleDelivery(
  connection: Connection,
  settlement: Settlement,
): { settled: DeliveryRecord; news: readonly EndpointNews[] } {
  const { next, at, attempt } = settlement;
  const over = next.status === 'delivered' || next.status === 'dead';
  const row = connection.get(
    `UPDATE deliveries SET status = ?, stage = ?, next_attempt_at = ?, settled_at = ?, reason = ?,
       attempts_used = attempts_used + ?
     WHERE id = ? AND fence = ? AND status = 'attempting' RETURNING *`,
    next.status,
    over ? null : next.status === 'backoff' ? 'timed' : 'ready',
    next.status === 'backoff' ? next.nextAttemptAt : null,
    over ? at : null,
    next.status === 'dead' ? next.reason : null,
    attempt !== undefined && settlement.counts ? 1 : 0,
    settlement.id,
    settlement.fence,
  );
  if (row === undefined) throw new StaleFence(`delivery ${settlement.id}`);
  const seq = integer(row, 'seq');
  if (attempt !== undefined) insertAttempt(connection, seq, attempt);
  appendSettled(connection, row, settlement);
  const news = settlement.endpoint === undefined ? [] : saveEndpoint(connection, settlement.endpoint, at);
  // One that waits again is read again: whether it does behind a breaker stands in another table.
  const settled = over ? deliveryRecord(connection, row) : readDelivery(connection, seq);
  return { settled, news };
}

function insertAttempt(connection: Connection, seq: number, attempt: AttemptRecord): void {
  connection.run(
    `INSERT INTO attempts (delivery_seq, number, at, status, duration_ms, error, answer)
     SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM attempts WHERE delivery_seq = ?1`,
    seq,
    attempt.at,
    attempt.status,
    Math.round(attempt.durationMs),
    attempt.error,
    attempt.answer,
  );
}

function appendSettled(connection: Connection, row: Row, { next, at, attempt }: Settlement): void {
  const about = { ...aboutDelivery(row, at), attempts: integer(row, 'attempts_used') };
  if (next.status === 'delivered') {
    const status = attempt?.status ?? 0;
    const durationMs = attempt?.durationMs ?? 0;
    appendEvent(connection, { ...about, type: 'delivery.delivered', status, durationMs });
  } else if (next.status === 'backoff') {
    const error = attempt?.error ?? (attempt?.status === undefined ? '' : `HTTP ${attempt.status}`);
    appendEvent(connection, { ...about, type: 'delivery.backoff', error, dueAt: next.nextAttemptAt });
  } else if (next.status === 'dead') {
    appendEvent(connection, { ...about, type: 'delivery.dead', reason: next.reason });
  }
}
