import { expect, test } from 'vitest';
import type { SendRequest, SendResult } from '../../src/notifications/send.ts';
import { agents, reloadable } from '../support/reloadable.ts';

const notifying = (...notifications: readonly string[]) =>
  agents(`a: { type: echo, notifications: [${notifications.join(', ')}] }`);
const notification = (id: string, extra = '') =>
  `{ id: ${id}, url: "http://receiver.test/${id}", events: [task.completed]${extra} }`;

/** A sender that answers when the test says so. */
function heldSender() {
  const held: { request: SendRequest; answer: (status: number) => void }[] = [];
  return {
    held,
    sender: {
      send: (request: SendRequest) =>
        new Promise<SendResult>((resolve) => {
          const answer = (status: number) =>
            resolve({
              kind: 'answer',
              protocol: 'http',
              status,
              retryAfter: undefined,
              answer: '',
              durationMs: 0,
            });
          held.push({ request, answer });
        }),
      close: async () => {},
    },
  };
}

test('the deliveries of a removed notification go dead, and the one under way is settled', async () => {
  const { held, sender } = heldSender();
  const made = await reloadable(notifying(notification('x', ', concurrency: 1'), notification('y')), {
    sender,
  });
  const { runtime, clock, reload } = made;
  const ids = [];
  for (let index = 0; index < 3; index += 1) ids.push(await runtime.operations.testNotification('a/x'));
  const other = await runtime.operations.testNotification('a/y');
  await clock.settle();
  await reload(notifying(notification('y')));
  for (const { answer } of held) answer(200);
  await clock.settle(20);
  const fates = await Promise.all([...ids, other].map((id) => runtime.journal.getDelivery(id)));
  expect(fates.map((delivery) => [delivery?.status, delivery?.reason])).toEqual([
    ['delivered', undefined],
    ['dead', 'removed'],
    ['dead', 'removed'],
    ['delivered', undefined],
  ]);
  await made.stop();
});

test('a new URL, a new concurrency and a breaker that is switched off take effect at once', async () => {
  const { held, sender } = heldSender();
  const made = await reloadable(notifying(notification('x', ', concurrency: 1, breaker: { failures: 1 }')), {
    sender,
  });
  const { runtime, clock, reload } = made;
  const first = await runtime.operations.testNotification('a/x');
  for (let index = 0; index < 2; index += 1) await runtime.operations.testNotification('a/x');
  await clock.settle();
  held[0]?.answer(500);
  await clock.settle();
  expect(await runtime.journal.getDelivery(first)).toMatchObject({ status: 'waiting' });
  expect(held).toHaveLength(1);
  await reload(notifying(notification('x', ', concurrency: 3, breaker: off').replace('/x', '/new')));
  await clock.advance(2_000);
  expect(held.slice(1).map(({ request: { url } }) => url)).toEqual(Array(3).fill('http://receiver.test/new'));
  for (const { answer } of held.slice(1)) answer(200);
  await clock.settle(20);
  expect(await runtime.journal.getDelivery(first)).toMatchObject({ status: 'delivered' });
  await made.stop();
});
