// Deliveries that wait long: through an outage, behind an open breaker, while paused, and over a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { answer, receiving } from './receiving.ts';

const hour = 3_600_000;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test('a receiver that is down for an hour is tried at the very times of the schedule, and then once more', async () => {
  const { runtime, clock, requests, send } = await receiving(
    () => answer(clock.now() - start < hour ? 503 : 200),
    ', breaker: off, retry: { max_attempts: 200, initial_delay: 1s, max_delay: 30s }',
  );
  const start = clock.now();
  const id = await send();
  await clock.advance(2 * hour);
  const waits = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
  for (const [index, wait] of waits.entries()) {
    const base = Math.min(30_000, 1_000 * 2 ** index);
    expect(wait).toBeGreaterThanOrEqual(base);
    expect(wait).toBeLessThanOrEqual(base * 1.2 + 1);
  }
  // Jitter that is never there would bring many clients back in step.
  expect(new Set(waits.slice(5)).size).toBeGreaterThan(20);
  const last = requests.at(-1)?.at ?? 0;
  expect(last).toBeGreaterThanOrEqual(hour);
  expect(last).toBeLessThanOrEqual(hour + 36_001);
  const delivery = await runtime.journal.getDelivery(id);
  expect(delivery).toMatchObject({ status: 'delivered', attemptsUsed: requests.length });
  expect(delivery?.attempts.map(({ at }) => at - start)).toEqual(requests.map(({ at }) => at));
  expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
  await runtime.stop();
});

test('behind a breaker the same outage is over after a few probes, and what waited is delivered', async () => {
  const { runtime, clock, requests, send } = await receiving(
    () => answer(clock.now() - start < hour ? 503 : 200),
    ', retry: { max_attempts: 2 }',
  );
  const start = clock.now();
  for (let count = 0; count < 5; count += 1) await send();
  await clock.advance(10_000);
  const waits = await Promise.all([send(), send(), send()]);
  await clock.advance(hour);
  // Ten failures, then probes after 30 s, 1, 2, 4, 8, 10, 10, 10 and 10 minutes.
  expect(requests.filter(({ at }) => at < hour)).toHaveLength(10 + 9);
  for (const id of waits) {
    expect(await runtime.journal.getDelivery(id)).toMatchObject({ status: 'waiting', attemptsUsed: 0 });
  }
  await clock.advance(20 * 60_000);
  for (const id of waits) {
    expect(await runtime.journal.getDelivery(id)).toMatchObject({ status: 'delivered' });
  }
  await runtime.stop();
});

test('what waits longer than max_age behind an open breaker goes dead as expired, at that time', async () => {
  const { runtime, clock, send } = await receiving(
    () => answer(503),
    ', breaker: { failures: 1, probe_after: 10m }, max_age: 5m, retry: { max_attempts: 1 }',
  );
  await send();
  await clock.advance(1_000);
  const waits = await send();
  await clock.advance(5 * 60_000 - 1);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'waiting' });
  await clock.advance(1);
  const expired = { status: 'dead', reason: 'expired', attempts: [] };
  expect(await runtime.journal.getDelivery(waits)).toMatchObject(expired);
  await runtime.stop();
});

test('what waits longer than max_age while its notification is paused goes dead as expired, at that time', async () => {
  const { runtime, clock, requests, send } = await receiving(() => answer(200), ', max_age: 5m');
  await runtime.operations.pauseNotification('one/hook', true);
  const waits = await send();
  await clock.advance(5 * 60_000 - 1);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'pending' });
  await clock.advance(1);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'dead', reason: 'expired' });
  await runtime.operations.pauseNotification('one/hook', false);
  await clock.advance(1_000);
  expect(requests).toEqual([]);
  // A replay starts afresh, its age too.
  await runtime.operations.replayDelivery(waits);
  await clock.advance(1_000);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'delivered' });
  await runtime.stop();
});

test('a waiting delivery keeps its attempts and its very instant over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-waits-'));
  folders.push(folder);
  const path = join(folder, 'callboard.db');
  const clock = new FakeClock();
  const retry = ', breaker: off, retry: { max_attempts: 9, initial_delay: 40s, max_delay: 10m }';
  const before = await receiving(() => answer(503), retry, { clock, path });
  const ids = await Promise.all(Array.from({ length: 20 }, () => before.send()));
  await clock.advance(100_000);
  const rows = await Promise.all(ids.map((id) => before.runtime.journal.getDelivery(id)));
  for (const row of rows) expect(row).toMatchObject({ status: 'backoff', attemptsUsed: 2 });
  await before.runtime.stop();
  const after = await receiving(() => answer(200), retry, { clock, path });
  expect(await Promise.all(ids.map((id) => after.runtime.journal.getDelivery(id)))).toEqual(rows);
  const stopped = clock.now();
  await clock.advance(200_000);
  const came = new Map(after.requests.map(({ at, headers }) => [headers['webhook-id'], stopped + at]));
  expect(ids.map((id) => came.get(id))).toEqual(rows.map((row) => row?.nextAttemptAt));
  await after.runtime.stop();
});
