import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';
import { answer } from './receiving.ts';

const agent = (...lines: readonly string[]) =>
  ['agents:', '  a:', '    type: echo', ...lines.map((line) => `    ${line}`), ''].join('\n');

test('tries that fail in a retryable way are spaced by the backoff, then the task fails once', async () => {
  const runs = new HeldRuns();
  const { runtime, clock, events } = await startedRuntime(
    agent('retry: {max_attempts: 3, initial_delay: 10s, max_delay: 15s}'),
    { createAgent: runs.agent },
  );
  const { id } = await runtime.operations.startTask('a', 'x');
  for (const wait of [10_000, 15_000]) {
    await clock.settle();
    runs.end(new Failure('busy', 'later', { retryable: true }));
    await clock.settle();
    const before = runs.started.length;
    await clock.advance(wait - 1);
    expect(runs.started.length).toBe(before);
    await clock.advance(wait * 0.2 + 1);
    expect(runs.started.length).toBe(before + 1);
  }
  runs.end(new Failure('busy', 'later', { retryable: true }));
  await clock.settle();
  expect(await runtime.journal.getTask(id)).toMatchObject({ status: 'failed', attempt: 3 });
  expect(events.map(({ type }) => type)).toEqual([
    'task.queued',
    'task.started',
    'task.retrying',
    'task.started',
    'task.retrying',
    'task.started',
    'task.failed',
  ]);
  await runtime.stop();
  expect(clock.pending).toBe(0);
});

test('no more tasks run at once than the concurrency says, and the next one follows', async () => {
  const runs = new HeldRuns();
  const { runtime, clock } = await startedRuntime(agent('concurrency: 2'), { createAgent: runs.agent });
  for (const input of ['1', '2', '3']) await runtime.operations.startTask('a', input);
  await clock.settle();
  expect(runs.live).toBe(2);
  runs.end('done');
  await clock.settle();
  expect(runs.started.map(({ input }) => input)).toEqual(['1', '2', '3']);
  const stopping = runtime.stop();
  await clock.advance(60_000);
  await stopping;
});

test('a timeout fails the task, and a cancel ends a running one', async () => {
  const runs = new HeldRuns();
  const { runtime, clock } = await startedRuntime(agent('timeout: 10s'), { createAgent: runs.agent });
  const slow = await runtime.operations.startTask('a', 'slow');
  await clock.advance(10_000);
  await clock.settle();
  expect(await runtime.journal.getTask(slow.id)).toMatchObject({
    status: 'failed',
    error: { code: 'timeout', retryable: true },
  });
  const other = await runtime.operations.startTask('a', 'other');
  await clock.settle();
  expect(await runtime.operations.cancelTask(other.id)).toBe('cancelling');
  await clock.settle();
  expect(await runtime.journal.getTask(other.id)).toMatchObject({ status: 'cancelled', reason: 'operator' });
  expect(runs.live).toBe(0);
  await runtime.stop();
  expect(clock.pending).toBe(0);
});

test.each([
  ['[task.started]', ['task.started']],
  ['[task.completed]', ['task.completed']],
])('of notifications that ask for %s each is sent, and no other', async (events, sent) => {
  const { runtime, clock } = await startedRuntime(
    agent(`notifications: [{ id: hook, url: "http://receiver.test/", events: ${events} }]`),
    { sender: { send: async () => answer(200), close: async () => {} } },
  );
  const { id } = await runtime.operations.startTask('a', 'x');
  await clock.advance(60_000);
  const { items } = await runtime.journal.listDeliveries({ taskId: id, limit: 10 });
  expect(items.map(({ event, status }) => [event, status])).toEqual(
    sent.map((event) => [event, 'delivered']),
  );
  await runtime.stop();
});

test('tasks that end together make room for one claim, and their actors take the same names again', async () => {
  const claims: number[] = [];
  const { runtime, clock, events } = await startedRuntime(agent('concurrency: 4'), {
    journal: (journal) => ({
      ...journal,
      claimTasks: async (wanted) => {
        const claimed = await journal.claimTasks(wanted);
        claims.push(claimed.length);
        return claimed;
      },
    }),
  });
  const names = new Set<string>();
  runtime.root.system.inspect((event) => {
    if (event.type !== '@xstate.actor') return;
    const { actorRef } = event;
    if ('id' in actorRef && typeof actorRef.id === 'string' && actorRef.id.startsWith('task.'))
      names.add(actorRef.id);
  });
  await Promise.all(Array.from({ length: 40 }, (_, index) => runtime.operations.startTask('a', `${index}`)));
  await clock.settle(200);
  expect(events.filter(({ type }) => type === 'task.completed')).toHaveLength(40);
  expect(claims.filter((count) => count === 4).length).toBeGreaterThanOrEqual(9);
  // Each name that an actor had is kept by XState as long as the process lives.
  expect([...names].sort()).toEqual(['task.1', 'task.2', 'task.3', 'task.4']);
  await runtime.stop();
});
