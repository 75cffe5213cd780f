// What happens, in the words that users see. Areas of one layer never import each other; they meet here.
import type { FailureData } from './failure.ts';

export const taskStatuses = ['queued', 'running', 'retrying', 'completed', 'failed', 'cancelled'] as const;
export type TaskStatus = (typeof taskStatuses)[number];
export type TerminalStatus = Extract<TaskStatus, 'completed' | 'failed' | 'cancelled'>;

export const deliveryStatuses = ['pending', 'attempting', 'backoff', 'waiting', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The events that a notification can ask for. */
export const notificationEvents = [
  'task.started',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.retrying',
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

/** Why something did not run. */
export const skipReasons = [
  'overlap',
  'missed',
  'filtered',
  'duplicate',
  'rate_limited',
  'coalesced',
  'paused',
  'budget',
  'dst',
  'invalid_input',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** What a task used. Money is in US dollars. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly steps: number;
  readonly tool_calls: number;
  readonly cost_usd: number;
}

export interface AboutTask {
  readonly taskId: string;
  readonly agent: string;
  readonly trigger: string;
  /** Wall time in milliseconds. */
  readonly at: number;
}

interface AboutDelivery {
  readonly deliveryId: string;
  readonly taskId: string;
  readonly agent: string;
  /** The notification's id, or `callback`. */
  readonly notification: string;
  readonly endpoint: string;
  readonly at: number;
}

/** Published after the commit that makes it true, never before. */
export type CallboardEvent =
  | (AboutTask & { readonly type: 'task.queued' })
  | (AboutTask & {
      readonly type: 'task.started';
      readonly attempt: number;
      /** The instant of the schedule that made it. */
      readonly scheduledAt?: number | undefined;
    })
  | (AboutTask & {
      readonly type: 'task.retrying';
      readonly attempt: number;
      readonly error: FailureData;
      readonly dueAt: number;
    })
  | (AboutTask & { readonly type: 'task.completed'; readonly durationMs: number })
  | (AboutTask & { readonly type: 'task.failed'; readonly durationMs: number; readonly error: FailureData })
  | (AboutTask & { readonly type: 'task.cancelled'; readonly durationMs: number; readonly reason: string })
  | (AboutDelivery & {
      readonly type: 'delivery.delivered';
      /** How many its record holds, here and below: probes and those before a replay are among them. */
      readonly attempts: number;
      readonly status: number;
      readonly durationMs: number;
    })
  | (AboutDelivery & {
      readonly type: 'delivery.backoff';
      readonly attempts: number;
      readonly error: string;
      readonly dueAt: number;
    })
  | (AboutDelivery & { readonly type: 'delivery.dead'; readonly attempts: number; readonly reason: string })
  | { readonly type: 'endpoint.opened' | 'endpoint.closed'; readonly endpoint: string; readonly at: number }
  | {
      readonly type: 'notification.paused' | 'notification.resumed';
      readonly endpoint: string;
      readonly at: number;
      readonly reason: string;
    }
  | {
      readonly type: 'trigger.skipped';
      readonly agent: string;
      readonly trigger: string;
      readonly reason: SkipReason;
      readonly at: number;
    }
  | {
      readonly type: 'trigger.paused' | 'trigger.resumed';
      readonly agent: string;
      readonly trigger: string;
      readonly at: number;
    };

/** What an attempt made of a delivery, or its end without one. */
export type DeliveryEvent = Extract<CallboardEvent, { type: `delivery.${string}` }>;

/** A delivery that will not be tried again. */
export type DeliveryDead = Extract<CallboardEvent, { type: 'delivery.dead' }>;

/** What changed about an endpoint: its breaker, or that it is paused. */
export type EndpointNews = Extract<CallboardEvent, { type: `endpoint.${string}` | `notification.${string}` }>;

export type Unsubscribe = () => void;

/** Hands each event to every listener, in order, at once. A listener must not throw; one that does is reported and the rest still hear. */
export class EventBus {
  readonly #listeners = new Set<(event: CallboardEvent) => void>();
  readonly #onError: (thrown: unknown) => void;

  constructor(onError: (thrown: unknown) => void) {
    this.#onError = onError;
  }

  publish(event: CallboardEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (thrown) {
        this.#onError(thrown);
      }
    }
  }

  subscribe(listener: (event: CallboardEvent) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
