// What waits for what a reload took away: there may be a great deal of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { agents, every, reloadable } from '../support/reloadable.ts';
import { HeldRuns, planOf, startedRuntime } from '../support/runtime.ts';

const kept = every('kept', '0 0 1 1 *');
const notified =
  'gone: { type: echo, concurrency: 1, notifications: [{ id: x, url: "http://receiver.test/", events: [task.completed] }] }';
const before = agents(kept, notified);

/** A runtime with a task that runs, one that waits and a delivery that waits; what clears them away is held. */
async function waiting(path = ':memory:') {
  const runs = new HeldRuns();
  const gate: { open: () => void; closed: Promise<void> | undefined } = { open: () => {}, closed: undefined };
  const made = await reloadable(before, {
    path,
    createAgent: runs.agent,
    journal: (real: Journal): Journal => ({
      ...real,
      async listTasks(filter) {
        await gate.closed;
        return real.listTasks(filter);
      },
      async buryDeliveries(...args) {
        await gate.closed;
        return real.buryDeliveries(...args);
      },
    }),
  });
  const { runtime, clock } = made;
  await runtime.operations.pauseNotification('gone/x', true);
  const delivery = await runtime.operations.testNotification('gone/x');
  const running = await runtime.operations.startTask('gone', 'runs');
  await clock.settle();
  const task = await runtime.operations.startTask('gone', 'waits');
  gate.closed = new Promise((resolve) => {
    gate.open = resolve;
  });
  return { ...made, runs, gate, running: running.id, task: task.id, delivery };
}

/** Whether the promise has resolved. */
function watched(promise: Promise<unknown>): { readonly done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

test('later reloads and pauses do not wait until it is cleared away', async () => {
  const { runtime, clock, gate, task, delivery, runs, statusOf, stop } = await waiting();
  const changes = [
    watched(runtime.reload(planOf(agents(kept), clock))),
    watched(runtime.operations.pauseTrigger('kept', 'schedule', true)),
    watched(runtime.reload(planOf(agents(kept, 'other: { type: echo }'), clock))),
  ];
  await expect.poll(() => changes.map(({ done }) => done)).toEqual([true, true, true]);
  expect([...runtime.plan.agents.keys()]).toEqual(['kept', 'other']);
  expect(await statusOf(task)).toEqual(['queued', undefined]);
  gate.open();
  await expect.poll(() => statusOf(task)).toEqual(['cancelled', 'removed']);
  await expect.poll(() => runtime.journal.getDelivery(delivery)).toMatchObject({ reason: 'removed' });
  runs.end('done');
  await stop();
});

test('an agent that is back before it is cleared away keeps it', async () => {
  const { runtime, clock, gate, task, running, runs, statusOf, stop } = await waiting();
  await runtime.reload(planOf(agents(kept), clock));
  await runtime.reload(planOf(before, clock));
  gate.open();
  await clock.settle(20);
  expect(await statusOf(task)).toEqual(['queued', undefined]);
  runs.end('done');
  await expect.poll(() => statusOf(task)).toEqual(['running', undefined]);
  expect(await statusOf(running)).toEqual(['completed', undefined]);
  runs.end('done');
  await stop();
});

test('a stop waits until it is cleared away: at the next start it would wait for ever', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-removed-'));
  const path = join(folder, 'callboard.db');
  const { runtime, clock, logged, gate, task, delivery, runs } = await waiting(path);
  await runtime.reload(planOf(agents(kept), clock));
  const stopping = runtime.stop();
  const stopped = watched(stopping);
  runs.end('done');
  await clock.settle(50);
  expect(runtime.state).toBe('stopped');
  expect(stopped.done).toBe(false);
  gate.open();
  await stopping;
  expect(logged.filter((line) => line.startsWith('error'))).toEqual([]);
  const next = await startedRuntime(agents(kept), { path });
  expect(await next.runtime.journal.getTask(task)).toMatchObject({ status: 'cancelled', reason: 'removed' });
  expect(await next.runtime.journal.getDelivery(delivery)).toMatchObject({ reason: 'removed' });
  await next.runtime.stop();
  rmSync(folder, { recursive: true });
});
