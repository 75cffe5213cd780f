// What the events of the runtime count. Labels are names of the file: endpoints of callbacks, which come from
// payloads, are one.
import type { CallboardEvent } from '../core/events.ts';
import type { Family } from './exposition.ts';
import { Counter, Histogram } from './tallies.ts';

export const taskOutcomes = ['completed', 'failed', 'cancelled'] as const;
export const deliveryOutcomes = ['delivered', 'dead'] as const;

/** The label of an endpoint. */
export const endpointLabel = (endpoint: string) => (endpoint.startsWith('callback:') ? 'callback' : endpoint);

export class EventTallies {
  readonly tasks = new Counter({
    name: 'callboard_tasks_total',
    help: 'Tasks that ended.',
    labels: ['agent', 'outcome'],
  });
  readonly deliveries = new Counter({
    name: 'callboard_deliveries_total',
    help: 'Deliveries that ended. The endpoint "callback" stands for all callback URLs.',
    labels: ['endpoint', 'outcome'],
  });
  readonly #taskRetries = new Counter({
    name: 'callboard_task_retries_total',
    help: 'Attempts at tasks that failed and are made again.',
    labels: ['agent'],
  });
  readonly #taskDurations = new Histogram(
    {
      name: 'callboard_task_duration_seconds',
      help: 'From the first start of a task to its end.',
      labels: ['agent'],
    },
    [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800],
  );
  readonly #scheduleLags = new Histogram(
    {
      name: 'callboard_schedule_lag_seconds',
      help: 'From the instant of a schedule to the start of its task; jitter and missed instants that were made up for included.',
      labels: ['agent'],
    },
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3_600],
  );
  readonly #skips = new Counter({
    name: 'callboard_trigger_skips_total',
    help: 'Calls and instants that did not run, by reason.',
    labels: ['agent', 'trigger', 'reason'],
  });
  readonly #deliveryRetries = new Counter({
    name: 'callboard_delivery_retries_total',
    help: 'Attempts at deliveries that failed and are made again.',
    labels: ['endpoint'],
  });
  readonly #deliveryDurations = new Histogram(
    {
      name: 'callboard_delivery_duration_seconds',
      help: 'The exchange of an attempt that delivered.',
      labels: ['endpoint'],
    },
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );

  count(event: CallboardEvent): void {
    switch (event.type) {
      case 'task.started':
        if (event.scheduledAt !== undefined && event.attempt === 1)
          this.#scheduleLags.observe({ agent: event.agent }, (event.at - event.scheduledAt) / 1_000);
        break;
      case 'task.retrying':
        this.#taskRetries.add({ agent: event.agent });
        break;
      case 'task.completed':
        this.#taskEnded(event, 'completed');
        break;
      case 'task.failed':
        this.#taskEnded(event, 'failed');
        break;
      case 'task.cancelled':
        this.#taskEnded(event, 'cancelled');
        break;
      case 'delivery.delivered': {
        const endpoint = endpointLabel(event.endpoint);
        this.deliveries.add({ endpoint, outcome: 'delivered' });
        this.#deliveryDurations.observe({ endpoint }, event.durationMs / 1_000);
        break;
      }
      case 'delivery.dead':
        this.deliveries.add({ endpoint: endpointLabel(event.endpoint), outcome: 'dead' });
        break;
      case 'delivery.backoff':
        this.#deliveryRetries.add({ endpoint: endpointLabel(event.endpoint) });
        break;
      case 'trigger.skipped': {
        const { agent, trigger, reason } = event;
        this.#skips.add({ agent, trigger, reason });
        break;
      }
    }
  }

  families(): readonly Family[] {
    return [
      this.tasks,
      this.#taskRetries,
      this.#taskDurations,
      this.#scheduleLags,
      this.#skips,
      this.deliveries,
      this.#deliveryRetries,
      this.#deliveryDurations,
    ].map((tally) => tally.family());
  }

  #taskEnded(
    { agent, durationMs }: { readonly agent: string; readonly durationMs: number },
    outcome: (typeof taskOutcomes)[number],
  ): void {
    this.tasks.add({ agent, outcome });
    this.#taskDurations.observe({ agent }, durationMs / 1_000);
  }
}
