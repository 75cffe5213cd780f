import type { DeliveryDead, DeliveryEvent, EndpointNews } from '../../core/events.ts';
import type { AttemptRecord, DeliveryRecord, Settlement } from '../deliveries.ts';
import { StaleFence } from '../errors.ts';
import type { Connection, Row } from './connection.ts';
import { buryRow } from './dead-letters.ts';
import { aboutDelivery, countAttempts, deliveryRecord } from './delivery-rows.ts';
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
): { event: DeliveryEvent | undefined; news: readonly EndpointNews[] } {
  const { next, at, attempt } = settlement;
  const over = next.status === 'delivered' || next.status === 'dead';
  const row = connection.get(
    `UPDATE deliveries SET status = ?, stage = ?, next_attempt_at = ?, settled_at = ?, reason = ?,
       attempts_used = attempts_used + ?
     WHERE id = ? AND fence = ? AND status = 'attempting'
     RETURNING seq, id, task_id, agent, notification, endpoint`,
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
  const attempts = countAttempts(connection, seq) + (attempt === undefined ? 0 : 1);
  if (attempt !== undefined) insertAttempt(connection, seq, attempts, attempt);
  const event = eventOf(aboutDelivery(row, at), attempts, settlement);
  if (event !== undefined) appendEvent(connection, event);
  const news = settlement.endpoint === undefined ? [] : saveEndpoint(connection, settlement.endpoint, at);
  return { event, news };
}

function insertAttempt(connection: Connection, seq: number, number: number, attempt: AttemptRecord): void {
  connection.run(
    `INSERT INTO attempts (delivery_seq, number, at, status, duration_ms, error, answer)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    seq,
    number,
    attempt.at,
    attempt.status,
    Math.round(attempt.durationMs),
    attempt.error,
    attempt.answer,
  );
}

function eventOf(
  delivery: ReturnType<typeof aboutDelivery>,
  attempts: number,
  { next, attempt }: Settlement,
): DeliveryEvent | undefined {
  const about = { ...delivery, attempts };
  switch (next.status) {
    case 'delivered': {
      const { status = 0, durationMs = 0 } = attempt ?? {};
      return { ...about, type: 'delivery.delivered', status, durationMs };
    }
    case 'backoff': {
      const answer = attempt?.status === undefined ? 'no answer' : `status ${attempt.status}`;
      return {
        ...about,
        type: 'delivery.backoff',
        error: attempt?.error ?? answer,
        dueAt: next.nextAttemptAt,
      };
    }
    case 'dead':
      return { ...about, type: 'delivery.dead', reason: next.reason };
    case 'pending':
      return undefined;
  }
}
