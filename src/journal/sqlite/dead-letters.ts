import type { DeliveryRecord } from '../deliveries.ts';
import type { Connection, Row } from './connection.ts';
import { aboutDelivery, readDelivery } from './delivery-rows.ts';
import { appendEvent } from './events.ts';
import { integer } from './row.ts';

/** Ends the delivery of this row of `deliveries` as a dead letter. */
export function buryRow(connection: Connection, row: Row, reason: string, at: number): void {
  connection.run(
    `UPDATE deliveries SET status = 'dead', stage = NULL, next_attempt_at = NULL, settled_at = ?, reason = ?
     WHERE seq = ?`,
    at,
    reason,
    integer(row, 'seq'),
  );
  const attempts = integer(row, 'attempts_used');
  appendEvent(connection, { ...aboutDelivery(row, at), type: 'delivery.dead', attempts, reason });
}

/** Buries up to `batch` deliveries of the endpoint that wait. One that is under way tells by itself what becomes of it. */
export function buryDeliveries(
  connection: Connection,
  endpoint: string,
  reason: string,
  now: number,
  batch: number,
): number {
  const rows = connection.all(
    `SELECT * FROM deliveries WHERE endpoint = ? AND settled_at IS NULL AND status <> 'attempting'
     ORDER BY seq LIMIT ?`,
    endpoint,
    batch,
  );
  for (const row of rows) buryRow(connection, row, reason, now);
  return rows.length;
}

export function replayDelivery(
  connection: Connection,
  id: string,
  expiresAt: number,
): DeliveryRecord | undefined {
  const row = connection.get(
    `UPDATE deliveries SET status = 'pending', stage = 'ready', attempts_used = 0, next_attempt_at = NULL,
       settled_at = NULL, reason = NULL, expires_at = ?
     WHERE id = ? AND status = 'dead' RETURNING seq`,
    expiresAt,
    id,
  );
  return row === undefined ? undefined : readDelivery(connection, integer(row, 'seq'));
}
