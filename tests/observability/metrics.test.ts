import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { SendRequest, SendResult } from '../../src/notifications/send.ts';
import { RuntimeMetrics } from '../../src/observability/metrics.ts';
import { headerData } from '../../src/templates/data.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MetricsPage } from '../support/metrics-page.ts';
import { HeldRuns, testRuntime } from '../support/runtime.ts';

const config = `
agents:
  job:
    type: echo
    concurrency: 1
    retry: { max_attempts: 2, initial_delay: 1s }
    triggers:
      - { type: schedule, cron: '* * * * *', overlap: skip }
      - { type: webhook, auth: none, response: { mode: callback, callback_url: http://caller.test/done } }
    notifications:
      - { id: good, url: http://good.test/, events: [task.completed] }
      - { id: flaky, url: http://flaky.test/, events: [task.completed] }
      - { id: dead, url: http://dead.test/, events: [task.completed], retry: { max_attempts: 1 }, breaker: { failures: 1 } }
`;

const answer = (status: number): SendResult => ({
  kind: 'answer',
  protocol: 'http',
  status,
  retryAfter: undefined,
  answer: '',
  durationMs: 40,
});

test('a whole run moves every metric', async () => {
  const clock = new FakeClock();
  const runs = new HeldRuns();
  let flaky = 503;
  const statusOf = (url: string) => (url.includes('dead') ? 500 : url.includes('flaky') ? flaky : 200);
  const sender = {
    send: async ({ url }: SendRequest) => answer(statusOf(url)),
    close: async () => {},
  };
  let metrics: RuntimeMetrics | undefined;
  const { runtime } = testRuntime(config, {
    clock,
    sender,
    createAgent: runs.agent,
    journal: (journal) => {
      metrics?.watch(journal);
      return journal;
    },
  });
  metrics = new RuntimeMetrics({ runtime, clock, ready: () => runtime.state === 'running' });
  const stopMeasuring = metrics.start();
  const read = async () => {
    const { type, text } = (await metrics?.page()) ?? { type: '', text: '' };
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const page = new MetricsPage(text);
    expect(page.problems()).toEqual([]);
    return page;
  };

  const before = await read();
  expect(before.value('callboard_ready')).toBe(0);
  await runtime.start();
  await clock.advance(60_000);
  const running = await read();
  expect(running.value('callboard_ready')).toBe(1);
  expect(running.value('callboard_tasks_running', { agent: 'job' })).toBe(1);
  expect(running.value('callboard_schedule_lag_seconds', { agent: 'job' })).toBe(1);
  expect(running.value('callboard_tasks_total', { agent: 'job', outcome: 'failed' })).toBe(0);

  await runtime.operations.startTask('job', 'waits');
  // The next instant finds the task of the one before still running.
  await clock.advance(60_000);
  const waiting = await read();
  expect(waiting.value('callboard_tasks_waiting', { agent: 'job' })).toBe(1);
  expect(waiting.value('callboard_tasks_oldest_waiting_age_seconds', { agent: 'job' })).toBe(60);
  expect(waiting.value('callboard_trigger_skips_total', { trigger: 'schedule', reason: 'overlap' })).toBe(1);

  runs.end('done');
  await clock.advance(100);
  const broken = await read();
  expect(broken.value('callboard_tasks_total', { agent: 'job', outcome: 'completed' })).toBe(1);
  expect(broken.value('callboard_task_duration_seconds', { agent: 'job' })).toBe(1);
  expect(broken.value('callboard_deliveries_total', { endpoint: 'job/good', outcome: 'delivered' })).toBe(1);
  expect(broken.value('callboard_delivery_duration_seconds', { endpoint: 'job/good' })).toBe(1);
  expect(broken.value('callboard_delivery_retries_total', { endpoint: 'job/flaky' })).toBe(1);
  expect(broken.value('callboard_deliveries_total', { endpoint: 'job/dead', outcome: 'dead' })).toBe(1);
  expect(broken.value('callboard_endpoint_breakers', { endpoint: 'job/dead', state: 'open' })).toBe(1);
  expect(broken.value('callboard_endpoint_breakers', { endpoint: 'job/good', state: 'closed' })).toBe(1);
  flaky = 200;

  runs.end(new Failure('broken', 'it broke', { retryable: true }));
  await clock.advance(2_000);
  runs.end(new Failure('broken', 'it broke', { retryable: true }));
  await clock.advance(100);
  const { id } = await runtime.operations.startTask('job', 'to be cancelled');
  await clock.settle();
  await runtime.operations.cancelTask(id);
  await runtime.operations.pauseNotification('job/good', true);
  metrics.webhookAnswered('job', 'webhook', 202);
  await clock.settle();
  const after = await read();
  expect(after.value('callboard_task_retries_total', { agent: 'job' })).toBe(1);
  expect(after.value('callboard_tasks_total', { agent: 'job', outcome: 'failed' })).toBe(1);
  expect(after.value('callboard_tasks_total', { agent: 'job', outcome: 'cancelled' })).toBe(1);
  expect(after.value('callboard_endpoint_paused', { endpoint: 'job/good' })).toBe(1);
  expect(after.value('callboard_webhook_answers_total', { agent: 'job', status: '202' })).toBe(1);
  expect(after.value('callboard_journal_commit_duration_seconds')).toBeGreaterThan(10);
  expect(after.value('callboard_journal_operations_total')).toBeGreaterThan(10);
  expect(after.value('callboard_event_loop_lag_seconds')).toBeGreaterThan(400);
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_heap_bytes']) {
    expect(after.value(name)).toBeGreaterThan(0);
  }
  const still = after.families.filter(
    ({ name, series }) =>
      !name.startsWith('process_') &&
      series.every(({ labels }) => before.value(name, labels) === after.value(name, labels)),
  );
  // What no run moves: the version. What has come down again: the waiting and the running.
  expect(still.map(({ name }) => name)).toEqual([
    'callboard_tasks_waiting',
    'callboard_tasks_running',
    'callboard_tasks_oldest_waiting_age_seconds',
    'callboard_build_info',
  ]);
  stopMeasuring();
  await runtime.stop();
});

test('endpoints of callbacks, which payloads name, are one series', async () => {
  const clock = new FakeClock();
  const sender = { send: async () => answer(500), close: async () => {} };
  const { runtime } = testRuntime(
    `
agents:
  job:
    type: echo
    trigger: { type: webhook, auth: none, response: { mode: callback, callback_field: body.url, callback_hosts: ['*.test'] } }
`,
    { clock, sender },
  );
  const metrics = new RuntimeMetrics({ runtime, clock, ready: () => true });
  await runtime.start();
  // So that the first dead one is a step.
  expect((await metrics.page()).text).toContain(
    'callboard_deliveries_total{endpoint="callback",outcome="dead"} 0\n',
  );
  for (const host of ['a', 'b', 'c']) {
    const body = Buffer.from(JSON.stringify({ url: `http://${host}.test/` }));
    await runtime.call('job', 'webhook', async () => ({
      method: 'POST',
      headers: headerData([['content-type', 'application/json']]),
      query: new Map(),
      body,
      content: async () => body,
      from: () => '127.0.0.1',
    }));
  }
  await clock.advance(60_000);
  const { text } = await metrics.page();
  const page = new MetricsPage(text);
  expect(page.value('callboard_deliveries_total', { endpoint: 'callback', outcome: 'dead' })).toBe(3);
  expect(page.value('callboard_endpoint_breakers', { endpoint: 'callback', state: 'closed' })).toBe(3);
  expect(text).not.toContain('.test');
  await runtime.stop();
});

test('a page is there while the journal is not', async () => {
  const clock = new FakeClock();
  const { runtime } = testRuntime('agents: { a: { type: echo } }', { clock });
  const metrics = new RuntimeMetrics({ runtime, clock, ready: () => false });
  expect(new MetricsPage((await metrics.page()).text).value('callboard_build_info')).toBe(1);
  await runtime.start();
  await runtime.journal.close();
  expect(new MetricsPage((await metrics.page()).text).value('callboard_build_info')).toBe(1);
});
