// A delivery that goes dead is told like any other, also where no attempt was made; and nothing is told before it is
// committed.
import { expect, test } from 'vitest';
import type { CallboardEvent } from '../../src/core/events.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { SendResult } from '../../src/notifications/send.ts';
import { agents, reloadable } from '../support/reloadable.ts';
import { answer, receiving } from './receiving.ts';

/** The ends of deliveries that were told. */
const told = (events: readonly CallboardEvent[]) =>
  events.flatMap((event) =>
    event.type === 'delivery.dead' ? [[event.deliveryId, event.reason, event.attempts] as const] : [],
  );

test('one that waits too long behind an open breaker, or while its notification is paused', async () => {
  const { runtime, clock, events, send } = await receiving(
    () => answer(503),
    ', breaker: { failures: 1, probe_after: 10m }, max_age: 5m, retry: { max_attempts: 1 }',
  );
  const first = await send();
  await clock.advance(1_000);
  const behindBreaker = await send();
  await clock.advance(5 * 60_000);
  await runtime.operations.pauseNotification('one/hook', true);
  const paused = await send();
  await clock.advance(5 * 60_000);
  expect(told(events)).toEqual([
    [first, 'exhausted: attempt 1 of 1: answered 503', 1],
    [behindBreaker, 'expired', 0],
    [paused, 'expired', 0],
  ]);
  await runtime.stop();
});

test('thousands that expire together, each once', async () => {
  const { runtime, clock, events, send } = await receiving(() => answer(200), ', max_age: 5m');
  await runtime.operations.pauseNotification('one/hook', true);
  const ids = await Promise.all(Array.from({ length: 2_500 }, () => send()));
  await clock.advance(5 * 60_000);
  await clock.settle(20);
  expect(told(events).map(([id]) => id)).toEqual(ids);
  await runtime.stop();
});

test('one that came due while nobody ran', async () => {
  const { runtime, clock, events, send } = await receiving(() => answer(200), ', max_age: 5m');
  await runtime.operations.pauseNotification('one/hook', true);
  const id = await send();
  await clock.settle();
  // As a machine that slept: the timer is late, and the claim after the pause comes first.
  clock.setWall(clock.now() + 6 * 60_000);
  await runtime.operations.pauseNotification('one/hook', false);
  await clock.settle(20);
  expect(told(events)).toEqual([[id, 'expired', 0]]);
  await runtime.stop();
});

test('what is told is what the stream of events says, whose counts hold probes too', async () => {
  const { runtime, clock, events, send } = await receiving(
    (index) => answer(index === 5 ? 200 : 503),
    ', breaker: { failures: 2, probe_after: 10m }',
  );
  await send();
  // The second attempt opens the breaker, three probes fail, the fourth arrives.
  await clock.advance(3 * 3_600_000);
  const told = events.filter(({ type }) => type.startsWith('delivery.'));
  const stream = await runtime.journal.listEvents(0, 100);
  expect(told).toEqual(stream.filter(({ type }) => type.startsWith('delivery.')).map(({ data }) => data));
  expect(told.map((event) => [event.type, 'attempts' in event && event.attempts])).toEqual([
    ['delivery.backoff', 1],
    ['delivery.backoff', 2],
    ['delivery.delivered', 6],
  ]);
  await runtime.stop();
});

test('one whose address is refused', async () => {
  const refused: SendResult = { kind: 'refused', reason: 'private address', durationMs: 0 };
  const { runtime, clock, events, send } = await receiving(() => refused);
  const id = await send();
  await clock.settle();
  expect(told(events)).toEqual([[id, 'refused: private address', 1]]);
  await runtime.stop();
});

test('one whose body cannot be made, after the end of the task that caused it', async () => {
  const { runtime, clock, events } = await receiving(
    () => answer(200),
    ', payload: { template: \'{"n": {{ .Result }}}\' }',
  );
  await runtime.operations.startTask('one', 'no JSON');
  await clock.settle(20);
  expect(events.map(({ type }) => type)).toEqual([
    'task.queued',
    'task.started',
    'task.completed',
    'delivery.dead',
  ]);
  await runtime.stop();
});

test('those of a notification that a reload takes away', async () => {
  const notifying = (notifications: string) => agents(`a: { type: echo, notifications: [${notifications}] }`);
  const made = await reloadable(
    notifying('{ id: x, url: "http://receiver.test/", events: [task.completed] }'),
  );
  const { runtime, clock, events, reload } = made;
  await runtime.operations.pauseNotification('a/x', true);
  const ids = [
    await runtime.operations.testNotification('a/x'),
    await runtime.operations.testNotification('a/x'),
  ];
  await clock.settle();
  await reload(notifying(''));
  expect(told(events)).toEqual(ids.map((id) => [id, 'removed', 0]));
  await made.stop();
});

test('that an endpoint opens or is paused is told after the commit that makes it true', async () => {
  let full = true;
  const journal = (made: Journal): Journal => ({
    ...made,
    settleDelivery: async (settlement) => {
      if (full) throw new JournalUnavailable('disk full');
      return made.settleDelivery(settlement);
    },
    saveEndpoint: async (record, now) => {
      if (full) throw new JournalUnavailable('disk full');
      return made.saveEndpoint(record, now);
    },
  });
  const { runtime, clock, events, send } = await receiving(
    (index) => answer(index === 0 ? 503 : 410),
    ', breaker: { failures: 1 }, retry: { max_attempts: 1 }',
    { journal },
  );
  const news = () => events.flatMap(({ type }) => (type.startsWith('delivery.') ? [] : [type]));
  await send();
  await send();
  await clock.advance(100);
  await expect(runtime.operations.pauseNotification('one/hook', true)).rejects.toThrow(JournalUnavailable);
  expect(news()).toEqual([]);
  full = false;
  await clock.advance(2_000);
  expect(news()).toEqual(['endpoint.opened', 'notification.paused']);
  expect((await runtime.journal.listEvents(0, 100)).map(({ type }) => type)).toEqual(
    expect.arrayContaining(news()),
  );
  await runtime.operations.pauseNotification('one/hook', true);
  await runtime.operations.pauseNotification('one/hook', false);
  expect(news()).toEqual(['endpoint.opened', 'notification.paused', 'notification.resumed']);
  await runtime.stop();
});
