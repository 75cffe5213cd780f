// A delivery as the journal keeps it, its attempts, and the breaker of where it goes.
import type { DeliveryStatus, NotificationEvent } from '../core/events.ts';

export interface NewDelivery {
  /** The `webhook-id`. */
  readonly id: string;
  readonly taskId: string;
  readonly agent: string;
  /** The notification's id; `callback` for a callback. */
  readonly notification: string;
  readonly event: NotificationEvent;
  /** What shares a breaker: `AGENT/NOTIFICATION`, or `callback:ORIGIN`. */
  readonly endpoint: string;
  /** Only of callbacks; a notification's URL is read from the config when it is sent. */
  readonly url: string | undefined;
  /** Whose callback it is; undefined for a notification. */
  readonly trigger?: string | undefined;
  readonly body: string;
  readonly createdAt: number;
  /** Goes dead as `expired` when it has not been delivered by then. */
  readonly expiresAt: number;
  /** The `traceparent` of the attempt at the task that caused it, where that was traced. */
  readonly traceparent?: string | undefined;
  /** Set where it can never be sent (its body is no JSON, …): it starts in the dead letters. */
  readonly dead?: string | undefined;
}

export interface AttemptRecord {
  readonly at: number;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly error: string | undefined;
  /** The first 2 KiB of the answer, redacted. */
  readonly answer: string | undefined;
}

export interface DeliveryRecord extends Omit<NewDelivery, 'dead'> {
  readonly status: DeliveryStatus;
  readonly reason: string | undefined;
  /** Attempts that count against `max_attempts` since the start or the last replay. */
  readonly attemptsUsed: number;
  readonly nextAttemptAt: number | undefined;
  readonly fence: number;
  /** Oldest first, of all lives of the delivery. */
  readonly attempts: readonly AttemptRecord[];
}

/** What became of one attempt, or of a claim that made none. */
export interface Settlement {
  readonly id: string;
  readonly fence: number;
  readonly at: number;
  /** Absent when the claim is given back without an attempt. */
  readonly attempt?: AttemptRecord | undefined;
  /** Whether the attempt counts against `max_attempts`; probes of an open breaker do not. */
  readonly counts: boolean;
  readonly next:
    | { readonly status: 'delivered' }
    | { readonly status: 'backoff'; readonly nextAttemptAt: number }
    | { readonly status: 'dead'; readonly reason: string }
    | { readonly status: 'pending' };
  /** The breaker as it stands after the attempt; part of the commit. */
  readonly endpoint?: EndpointRecord | undefined;
}

export interface EndpointRecord {
  readonly endpoint: string;
  readonly state: 'closed' | 'open' | 'probing';
  /** Failed attempts in a row. */
  readonly failures: number;
  /** When an open breaker sends its next probe. */
  readonly probeAt: number | undefined;
  /** The wait before the probe after that, in milliseconds. */
  readonly probeDelay: number | undefined;
  /** Why it is paused (`gone` after a 410, `operator`); undefined while it is not. */
  readonly paused: string | undefined;
}
