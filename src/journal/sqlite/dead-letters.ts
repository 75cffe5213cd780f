import type { DeliveryDead } from '../../core/events.ts';
import type { DeliveryRecord } from '../deliveries.ts';
import type { Connection, Row } from './connection.ts';
import { aboutDelivery, countAttempts, readDelivery } from './delivery-rows.ts';
import { appendEvent } from './events.ts';
import { integer } from './row.ts';

/** Ends the delivery of this row of `deliveries` as a dead letter. */
export function buryRow(connection: Connection, row: Row, reason: string, at: number): DeliveryDead {
  const seq = integer(row, 'seq');
  connection.run(
    `UPDATE deliveries SET status = 'dead', stage = NULL, next_attempt_at = NULL, settled_at = ?, reason = ?
     WHERE seq = ?`,
    at,
    reason,
    seq,
  );
  const attempts = countAttempts(connection, seq);
  const end = { ...aboutDelivery(row, at), type: 'delivery.dead', attempts, reason } as const;
  appendEvent(connection, end);
  return end;
}

/** Rows that one call buries at most, so that a long row of them does not stop the world. */
const mostBuried = 1_000;

/** Buries deliveries of the endpoint that wait. One that is under way tells by itself what becomes of it. */
export function buryDeliveries(
  connection: Connection,
  endpoint: string,
  reason: string,
  now: number,
): DeliveryDead[] {
  const rows = connection.all(
    `SELECT * FROM deliveries WHERE endpoint = ? AND settled_at IS NULL AND status <> 'attempting'
     ORDER BY seq LIMIT ?`,
    endpoint,
    mostBuried,
  );
  return rows.map((row) => buryRow(connection, row, reason, now));
}

/** Not one that was dead from the start: it has no body that could be sent. It was never claimed, and is not one that only waited too long. */
export function replayDelivery(
  connection: Connection,
  id: string,
  expiresAt: number,
): DeliveryRecord | undefined {
  const row = connection.get(
    `UPDATE deliveries SET status = 'pending', stage = 'ready', attempts_used = 0, next_attempt_at = NULL,
       settled_at = NULL, reason = NULL, expires_at = ?
     WHERE id = ? AND status = 'dead' AND (fence > 0 OR reason IN ('expired', 'removed')) RETURNING seq`,
    expiresAt,
    id,
  );
  return row === undefined ? undefined : readDelivery(connection, integer(row, 'seq'));
}
