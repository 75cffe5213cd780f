// The page of `/metrics`: what was counted since the start, and how things stand now.
import type { Clock } from '../core/clock.ts';
import { version } from '../core/version.ts';
import type { Journal } from '../journal/journal.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { deliveryOutcomes, EventTallies, taskOutcomes } from './event-tallies.ts';
import { exposition, expositionType, type Family } from './exposition.ts';
import { journalFamilies } from './journal-metrics.ts';
import { processFamilies } from './process-metrics.ts';
import { Counter, Histogram } from './tallies.ts';

/** How often the event loop is looked at, in milliseconds. */
const lagInterval = 250;

export interface RuntimeMetricsOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** Whether new work is taken. */
  readonly ready: () => boolean;
}

export class RuntimeMetrics {
  readonly #options: RuntimeMetricsOptions;
  readonly #events = new EventTallies();
  readonly #answers = new Counter({
    name: 'callboard_webhook_answers_total',
    help: 'Answers of webhook paths by HTTP status; no agent and trigger where nothing is registered.',
    labels: ['agent', 'trigger', 'status'],
  });
  readonly #commits = new Histogram(
    {
      name: 'callboard_journal_commit_duration_seconds',
      help: 'Commits of the journal, synced.',
      labels: [],
    },
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  );
  readonly #operations = new Counter({
    name: 'callboard_journal_operations_total',
    help: 'Operations in those commits: what arrives together shares one.',
    labels: [],
  });
  readonly #lags = new Histogram(
    {
      name: 'callboard_event_loop_lag_seconds',
      help: `How late a timer fired, measured every ${lagInterval} ms.`,
      labels: [],
    },
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  );

  constructor(options: RuntimeMetricsOptions) {
    this.#options = options;
    options.runtime.bus.subscribe((event) => this.#events.count(event));
  }

  /** Measures the event loop from now on. @returns stops it. */
  start(): () => void {
    const { clock } = this.#options;
    let due = clock.monotonic() + lagInterval;
    const look = () => {
      const now = clock.monotonic();
      this.#lags.observe({}, Math.max(0, now - due) / 1_000);
      due = now + lagInterval;
      timer = clock.setTimeout(look, lagInterval);
    };
    let timer = clock.setTimeout(look, lagInterval);
    return () => clock.clearTimeout(timer);
  }

  /** Measures the commits of this journal. */
  watch(journal: Pick<Journal, 'onCommit'>): void {
    journal.onCommit((ms, operations) => {
      this.#commits.observe({}, ms / 1_000);
      this.#operations.add({}, operations);
    });
  }

  webhookAnswered(agent: string, trigger: string, status: number): void {
    this.#answers.add({ agent, trigger, status: String(status) });
  }

  async page(): Promise<{ readonly type: string; readonly text: string }> {
    const { clock, ready } = this.#options;
    this.#showWhatHasNotHappened();
    const text = exposition([
      ...this.#events.families(),
      ...(await this.#journalFamilies()),
      this.#answers.family(),
      this.#commits.family(),
      this.#operations.family(),
      this.#lags.family(),
      gauge('callboard_ready', 'Whether new work is taken.', {}, ready() ? 1 : 0),
      gauge('callboard_build_info', 'The version.', { version }, 1),
      ...processFamilies(clock),
    ]);
    return { type: expositionType, text };
  }

  /** A page is wanted most when the journal fails: then without what stands in it. */
  async #journalFamilies(): Promise<readonly Family[]> {
    const { runtime, clock } = this.#options;
    try {
      return await journalFamilies(runtime.journal, runtime.plan, clock.now());
    } catch {
      return [];
    }
  }

  /** So that the first failure of an agent is a step from 0 to 1, which a rate sees. */
  #showWhatHasNotHappened(): void {
    for (const { name: agent, notifications, triggers } of this.#options.runtime.plan.agents.values()) {
      for (const outcome of taskOutcomes) this.#events.tasks.add({ agent, outcome }, 0);
      const callsBack = triggers.some(
        (trigger) => trigger.type === 'webhook' && trigger.response.mode === 'callback',
      );
      const endpoints = [
        ...notifications.map(({ endpoint }) => endpoint),
        ...(callsBack ? ['callback'] : []),
      ];
      for (const endpoint of endpoints) {
        for (const outcome of deliveryOutcomes) this.#events.deliveries.add({ endpoint, outcome }, 0);
      }
    }
  }
}

function gauge(name: string, help: string, labels: Readonly<Record<string, string>>, value: number): Family {
  return { name, help, type: 'gauge', samples: [{ labels, value }] };
}
