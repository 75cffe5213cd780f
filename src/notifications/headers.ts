import { version } from '../core/version.ts';
import type { DeliveryRecord } from '../journal/deliveries.ts';
import type { NotificationPlan } from '../plan/plan.ts';
import { signStandard } from '../signatures/outbound.ts';

/**
 * The headers of one attempt: the content type, `User-Agent: Callboard/VERSION`, the delivery's `webhook-id`, the
 * attempt's `webhook-timestamp` in Unix seconds, `webhook-signature` where the notification has secrets, and
 * `traceparent` where the attempt is traced. Then the configured ones; of one name, whatever the case, the configured
 * one counts. A callback has no notification, so it never carries configured headers.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @throws {SecretError} for a signing secret that holds no key.
 */
export function headersFor(
  delivery: Pick<DeliveryRecord, 'id' | 'body'>,
  notification: NotificationPlan | undefined,
  now: number,
  traceparent?: string,
): Record<string, string> {
  const { id, body } = delivery;
  const timestamp = Math.floor(now / 1_000);
  const secrets = notification?.signingSecrets ?? [];
  const headers: Record<string, string> = {
    'content-type': notification?.contentType ?? 'application/json',
    'user-agent': `Callboard/${version}`,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(secrets.length > 0 ? { 'webhook-signature': signStandard({ id, timestamp, body, secrets }) } : {}),
  };
  for (const [name, value] of Object.entries(notification?.headers ?? {})) {
    delete headers[name.toLowerCase()];
    headers[name] = value;
  }
  return headers;
}
