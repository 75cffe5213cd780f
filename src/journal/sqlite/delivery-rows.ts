import {
  type DeliveryStatus,
  deliveryStatuses,
  type NotificationEvent,
  notificationEvents,
} from '../../core/events.ts';
import { deadFromTheStart } from '../dead-from-the-start.ts';
import type { AttemptRecord, DeliveryRecord, NewDelivery } from '../deliveries.ts';
import type { Connection, Row } from './connection.ts';
import { appendEvent } from './events.ts';
import { integer, oneOf, optionalInteger, optionalText, text } from './row.ts';

/** True of a delivery `d` whose endpoint's breaker lets nothing through but probes. */
export const blocked = `EXISTS (SELECT 1 FROM endpoints e WHERE e.endpoint = d.endpoint AND e.state <> 'closed')`;

/** All that {@linkcode deliveryRecord} reads. */
export const deliveryColumns = `d.*, ${blocked} AS blocked`;

export function insertDelivery(connection: Connection, delivery: NewDelivery): void {
  const dead = delivery.dead !== undefined;
  connection.run(
    `INSERT INTO deliveries (id, task_id, agent, notification, event, endpoint, status, stage, created_at,
       expires_at, settled_at, reason, url, trigger, traceparent, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    delivery.id,
    delivery.taskId,
    delivery.agent,
    delivery.notification,
    delivery.event,
    delivery.endpoint,
    dead ? 'dead' : 'pending',
    dead ? null : 'ready',
    delivery.createdAt,
    delivery.expiresAt,
    dead ? delivery.createdAt : null,
    delivery.dead,
    delivery.url,
    delivery.trigger,
    delivery.traceparent,
    delivery.body,
  );
  const end = deadFromTheStart(delivery);
  if (end !== undefined) appendEvent(connection, end);
}

/**
 * The record of a row that was read with {@linkcode deliveryColumns}. Without `blocked` in it a row that waits is not
 * told from one behind a breaker.
 */
export function deliveryRecord(connection: Connection, row: Row): DeliveryRecord {
  const event: NotificationEvent = oneOf(row, 'event', notificationEvents);
  return {
    id: text(row, 'id'),
    taskId: text(row, 'task_id'),
    agent: text(row, 'agent'),
    notification: text(row, 'notification'),
    event,
    endpoint: text(row, 'endpoint'),
    url: optionalText(row, 'url'),
    trigger: optionalText(row, 'trigger'),
    traceparent: optionalText(row, 'traceparent'),
    body: text(row, 'body'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
    status: statusOf(row),
    reason: optionalText(row, 'reason'),
    attemptsUsed: integer(row, 'attempts_used'),
    nextAttemptAt: optionalInteger(row, 'next_attempt_at'),
    fence: integer(row, 'fence'),
    attempts: attemptsOf(connection, integer(row, 'seq')),
  };
}

/** `waiting` is not stored: it follows from the endpoint's breaker. */
function statusOf(row: Row): DeliveryStatus {
  if (row.stage !== null && row.blocked === 1) return 'waiting';
  return oneOf(row, 'status', deliveryStatuses);
}

function attemptsOf(connection: Connection, seq: number): AttemptRecord[] {
  return connection
    .all('SELECT * FROM attempts WHERE delivery_seq = ? ORDER BY number', seq)
    .map((attempt) => ({
      at: integer(attempt, 'at'),
      status: optionalInteger(attempt, 'status'),
      durationMs: integer(attempt, 'duration_ms'),
      error: optionalText(attempt, 'error'),
      answer: optionalText(attempt, 'answer'),
    }));
}

/** How many attempts the record of this delivery holds; they are numbered from 1. */
export function countAttempts(connection: Connection, seq: number): number {
  const row = connection.get(
    'SELECT COALESCE(MAX(number), 0) AS attempts FROM attempts WHERE delivery_seq = ?',
    seq,
  );
  return row === undefined ? 0 : integer(row, 'attempts');
}

/** The delivery as it stands. */
export function readDelivery(connection: Connection, seq: number): DeliveryRecord {
  const row = connection.get(`SELECT ${deliveryColumns} FROM deliveries d WHERE seq = ?`, seq);
  if (row === undefined) throw new Error(`delivery number ${seq} is gone`);
  return deliveryRecord(connection, row);
}

export function getDelivery(connection: Connection, id: string): DeliveryRecord | undefined {
  const row = connection.get(`SELECT ${deliveryColumns} FROM deliveries d WHERE id = ?`, id);
  return row === undefined ? undefined : deliveryRecord(connection, row);
}

/** What every event about a delivery carries. `row` is a row of `deliveries`. */
export function aboutDelivery(row: Row, at: number) {
  return {
    deliveryId: text(row, 'id'),
    taskId: text(row, 'task_id'),
    agent: text(row, 'agent'),
    notification: text(row, 'notification'),
    endpoint: text(row, 'endpoint'),
    at,
  };
}
