// What began to wait while the clock was years ahead does not wait for years, nor does what stands behind it.
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';
import { answer, receiving } from './receiving.ts';

const minute = 60_000;
const hour = 60 * minute;
const busy = new Failure('busy', 'Try later.', { retryable: true });

async function hourly(fields: string) {
  const runs = new HeldRuns();
  const clock = new FakeClock('2026-06-01T11:59:30Z');
  const yaml = `
agents:
  worker:
    type: echo
    timeout: 7d
    retry: { max_attempts: 2, initial_delay: 2h, max_delay: 2h }
    trigger: { type: schedule, cron: '0 * * * *', missed: skip, ${fields} }
`;
  const { runtime, logged } = await startedRuntime(yaml, { clock, createAgent: runs.agent });
  return {
    runs,
    clock,
    logged,
    async set(time: string) {
      clock.setWall(time);
      // Noticed, and what was missed is on record.
      await clock.advance(40_000);
      await clock.settle(300);
    },
    /** Each task as its instant's hour and its state. */
    async tasks() {
      const { items } = await runtime.journal.listTasks({ limit: 100 });
      return items
        .map(({ scheduledAt = 0, status }) => `${new Date(scheduledAt).toISOString().slice(0, 13)} ${status}`)
        .sort();
    },
    stop: () => {
      const stopping = runtime.stop();
      while (runs.live > 0) runs.end('done');
      return stopping;
    },
  };
}

test('a retry', async () => {
  const { runs, clock, logged, set, tasks, stop } = await hourly('');
  await set('2029-06-01T20:59:50Z');
  runs.end(busy);
  await clock.settle();
  expect(await tasks()).toEqual(['2029-06-01T21 retrying']);
  await set('2026-06-01T12:05:00Z');
  await clock.advance(hour + minute);
  expect(logged.join('\n')).toContain('warn waits of tasks and deliveries began anew');
  // Two hours, as it was to wait, and up to a fifth more.
  await clock.advance(2 * hour - 2 * minute);
  expect(runs.started).toHaveLength(1);
  await clock.advance(0.4 * hour + 2 * minute);
  expect(runs.started).toHaveLength(2);
  runs.end('done');
  await clock.advance(hour);
  expect(await tasks()).toEqual(['2026-06-01T16 running', '2029-06-01T21 completed']);
  await stop();
});

test('a task that waits out its jitter', async () => {
  const { runs, clock, set, tasks, stop } = await hourly('jitter: 50m');
  await set('2029-06-01T21:59:50Z');
  expect(await tasks()).toEqual(['2029-06-01T22 queued']);
  await set('2026-06-01T12:05:00Z');
  await clock.advance(2 * hour);
  expect(await tasks()).toContain('2029-06-01T22 running');
  runs.end('done');
  await clock.advance(2 * hour);
  expect(await tasks()).toEqual(['2026-06-01T15 running', '2029-06-01T22 completed']);
  await stop();
});

test('a delivery', async () => {
  const { runtime, clock, requests, send } = await receiving((index) => answer(index === 0 ? 503 : 200));
  clock.setWall('2029-06-01T12:00:00Z');
  const id = await send();
  await clock.settle(20);
  expect(await runtime.journal.getDelivery(id)).toMatchObject({ status: 'backoff' });
  clock.setWall('2026-01-01T12:00:00Z');
  await clock.advance(hour + minute);
  expect(requests).toHaveLength(2);
  expect(await runtime.journal.getDelivery(id)).toMatchObject({ status: 'delivered' });
  await runtime.stop();
});

test('a clock that is years behind has an hour to be put right, and nothing comes early', async () => {
  const { runs, clock, set, stop } = await hourly('');
  await clock.advance(minute);
  runs.end(busy);
  await clock.settle();
  await set('2020-01-01T00:00:00Z');
  await clock.advance(50 * minute);
  await set('2026-06-01T12:52:00Z');
  await clock.advance(Date.parse('2026-06-01T14:00:00Z') - clock.now());
  expect(runs.started).toHaveLength(1);
  await clock.advance(0.5 * hour);
  expect(runs.started).toHaveLength(2);
  await stop();
});
