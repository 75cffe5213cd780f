import { expect, test } from 'vitest';
import type { AnyActorRef } from 'xstate';
import type { NewDelivery } from '../../src/journal/deliveries.ts';
import type { SendResult } from '../../src/notifications/send.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { answer, receiving } from './receiving.ts';

const within = (actual: number | undefined, delay: number) => {
  expect(actual).toBeGreaterThanOrEqual(delay);
  expect(actual).toBeLessThanOrEqual(delay * 1.2 + 1);
};

test('failures are tried again after a doubling wait with jitter, under one id, until one is taken', async () => {
  const { runtime, clock, requests, send } = await receiving(
    (index) => answer(index < 3 ? 500 : 200),
    ', retry: { max_attempts: 5, initial_delay: 1s, max_delay: 3s }',
  );
  const id = await send();
  await clock.advance(60_000);
  const [first = 0, second = 0, third = 0, fourth = 0] = requests.map(({ at }) => at);
  expect(requests).toHaveLength(4);
  within(second - first, 1_000);
  within(third - second, 2_000);
  within(fourth - third, 3_000);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
  expect(await runtime.journal.getDelivery(id)).toMatchObject({ status: 'delivered', attemptsUsed: 4 });
  await runtime.stop();
});

test.each(['120', 'Thu, 01 Jan 2026 00:02:00 GMT'])(
  'no attempt is made sooner than Retry-After: %s',
  async (wait) => {
    const { runtime, clock, requests, send } = await receiving((index) =>
      index === 0 ? answer(429, wait) : answer(200),
    );
    await send();
    await clock.advance(119_000);
    expect(requests).toHaveLength(1);
    await clock.advance(10_000);
    expect(requests.map(({ at }) => at)).toEqual([0, 120_000]);
    await runtime.stop();
  },
);

test('no probe of an open breaker is made sooner than Retry-After', async () => {
  const { runtime, clock, requests, send } = await receiving(
    (index) => (index < 3 ? answer(503, '1800') : answer(200)),
    ', breaker: { failures: 1, probe_after: 1s }',
  );
  await send();
  await clock.advance(1_000);
  await send();
  await clock.advance(5_400_000);
  // The first opens the breaker; then one probe each half hour, until one is taken and the other follows.
  expect(requests.map(({ at }) => at)).toEqual([0, 1_800_000, 3_600_000, 5_400_000, 5_400_000]);
  await runtime.stop();
});

test('a 410 pauses the notification until it is resumed', async () => {
  const { runtime, clock, requests, send } = await receiving((index) => answer(index === 0 ? 410 : 200));
  const gone = await send();
  await clock.advance(1_000);
  const waits = await send();
  await clock.advance(60_000);
  expect(requests).toHaveLength(1);
  expect(await runtime.journal.getDelivery(gone)).toMatchObject({
    status: 'dead',
    reason: 'gone: answered 410',
  });
  await runtime.operations.pauseNotification('one/hook', false);
  await clock.advance(1_000);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'delivered' });
  await runtime.stop();
});

test('after ten failures in a row the breaker opens, probes and closes; what waits uses no attempts', async () => {
  const { runtime, clock, requests, send } = await receiving(
    (index) => answer(index < 12 ? 503 : 200),
    ', concurrency: 1, retry: { max_attempts: 1 }',
  );
  for (let count = 0; count < 10; count += 1) {
    await send();
    await clock.settle();
  }
  await clock.advance(1_000);
  const waits = await send();
  await clock.advance(27_000);
  expect(requests).toHaveLength(10);
  await clock.advance(3_000);
  expect(requests).toHaveLength(11);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'waiting', attemptsUsed: 0 });
  await clock.advance(60_000);
  expect(requests).toHaveLength(12);
  await clock.advance(120_000);
  expect(requests).toHaveLength(13);
  expect(await runtime.journal.getDelivery(waits)).toMatchObject({ status: 'delivered' });
  await runtime.stop();
});

/** A callback to `url` that is due. */
const callback = (id: string, url: string, at: number): NewDelivery => ({
  id,
  taskId: 'webhook-one-1',
  agent: 'one',
  notification: 'callback',
  event: 'task.completed',
  endpoint: `callback:${new URL(url).origin}`,
  url,
  body: '{}',
  createdAt: at,
  expiresAt: at + 86_400_000,
});

async function sendCallbacks(runtime: Runtime, urls: readonly string[]): Promise<void> {
  const made = urls.map((url, index) => callback(`msg_${index}_${url}`, url, runtime.clock.now()));
  for (const delivery of made) await runtime.journal.addDelivery(delivery);
  runtime.root.send({ type: 'rows.ready', agents: [], endpoints: made.map(({ endpoint }) => endpoint) });
}

const endpointsInMemory = (runtime: Runtime) => {
  const { dispatcher }: Record<string, AnyActorRef | undefined> = runtime.root.getSnapshot().children;
  return Object.keys(dispatcher?.getSnapshot().children ?? {});
};

test('a callback that is gone does not silence its origin: others have hooks there', async () => {
  const { runtime, clock, requests } = await receiving((index) => answer(index === 0 ? 410 : 200));
  await sendCallbacks(runtime, ['https://hooks.example.com/gone']);
  await clock.advance(1_000);
  await sendCallbacks(runtime, ['https://hooks.example.com/live']);
  await clock.advance(1_000);
  expect(requests.map(({ url }) => url)).toEqual([
    'https://hooks.example.com/gone',
    'https://hooks.example.com/live',
  ]);
  await runtime.stop();
});

test('endpoints without work leave memory: those that answer, those that fail, and those that are paused', async () => {
  const { runtime, clock, send } = await receiving((index) => answer(index % 2 === 0 ? 500 : 200));
  const origins = Array.from({ length: 50 }, (_, index) => `https://host-${index}.example.com/`);
  await sendCallbacks(runtime, origins);
  await runtime.operations.pauseNotification('one/hook', true);
  await send();
  await clock.settle();
  expect(endpointsInMemory(runtime)).toHaveLength(51);
  await clock.advance(200_000);
  expect(endpointsInMemory(runtime)).toEqual([]);
  await runtime.operations.pauseNotification('one/hook', false);
  await clock.advance(10_000);
  expect((await runtime.journal.listDeliveries({ notification: 'hook', limit: 9 })).items).toMatchObject([
    { status: 'delivered' },
  ]);
  await runtime.stop();
});

test('an endpoint whose breaker is open leaves memory when nothing is left to probe it with', async () => {
  const { runtime, clock, requests } = await receiving(() => answer(503), ', enabled: false');
  const url = 'https://down.example.com/';
  await sendCallbacks(
    runtime,
    Array.from({ length: 12 }, () => url),
  );
  await clock.advance(10_000);
  expect(await runtime.journal.getEndpoint('callback:https://down.example.com')).toMatchObject({
    state: 'open',
  });
  await clock.advance(2 * 86_400_000);
  expect(endpointsInMemory(runtime)).toEqual([]);
  const before = requests.length;
  await sendCallbacks(runtime, [`${url}later`]);
  await clock.advance(1_000);
  expect(requests.length).toBe(before + 1);
  await runtime.stop();
});

test('an attempt that a defect of ours stops counts as failed, and the delivery goes on by its policy', async () => {
  const broken: SendResult = {
    ...answer(200),
    get durationMs(): number {
      throw new Error('a defect of ours');
    },
  };
  const { runtime, clock, requests, logged, send } = await receiving((index) =>
    index === 1 ? answer(200) : broken,
  );
  const first = await send();
  await clock.advance(60_000);
  expect(requests).toHaveLength(2);
  const delivered = await runtime.journal.getDelivery(first);
  expect(delivered).toMatchObject({ status: 'delivered', attemptsUsed: 2 });
  expect(delivered?.attempts.map(({ error }) => error)).toEqual(['internal: a defect of ours', undefined]);
  expect(logged.filter((line) => line.includes('a defect stopped an attempt'))).toHaveLength(1);
  expect(logged.join('\n')).toContain('deliveries.test.ts');
  const second = await send();
  await clock.advance(60_000);
  expect(await runtime.journal.getDelivery(second)).toMatchObject({
    status: 'dead',
    reason: 'exhausted: attempt 3 of 3: internal: a defect of ours',
  });
  await runtime.stop();
});
