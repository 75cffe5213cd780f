// A cancel that comes while an attempt's end is being written is not lost.
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';

const config = `
agents:
  one: { type: echo, retry: { max_attempts: 3, initial_delay: 1s } }
`;

/** A runtime whose commits of `method` wait for the test. */
async function holding(method: 'recordOutcome' | 'requeueTask') {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const journal = (made: Journal): Journal => ({
    ...made,
    recordOutcome: async (outcome) => {
      if (method === 'recordOutcome') await released;
      return made.recordOutcome(outcome);
    },
    requeueTask: async (requeue) => {
      if (method === 'requeueTask') await released;
      return made.requeueTask(requeue);
    },
  });
  const runs = new HeldRuns();
  let plain: Journal | undefined;
  const made = await startedRuntime(config, {
    createAgent: runs.agent,
    journal: (journalMade) => {
      plain = journalMade;
      return journal(journalMade);
    },
  });
  const { id } = await made.runtime.operations.startTask('one', 'in');
  await made.clock.settle();
  return { ...made, runs, id, release, task: () => plain?.getTask(id) };
}

test('a task that is cancelled while its retry is being written does not run again', async () => {
  const { runtime, clock, events, runs, id, release, task } = await holding('recordOutcome');
  runs.end(new Failure('busy', 'Try later.', { retryable: true }));
  await clock.settle();
  expect(await runtime.operations.cancelTask(id)).toBe('cancelling');
  release();
  await clock.advance(60_000);
  expect(await task()).toMatchObject({ status: 'cancelled', reason: 'operator' });
  expect(runs.started).toHaveLength(1);
  expect(events.map(({ type }) => type)).toEqual([
    'task.queued',
    'task.started',
    'task.retrying',
    'task.cancelled',
  ]);
  await runtime.stop();
});

test('a task that is cancelled while a stop gives it back is cancelled before the stop is over', async () => {
  const { runtime, clock, events, id, release } = await holding('requeueTask');
  const stopping = runtime.stop();
  await clock.advance(30_000);
  expect(await runtime.operations.cancelTask(id)).toBe('cancelling');
  release();
  await clock.settle(20);
  await stopping;
  expect(events.map(({ type }) => type).slice(-1)).toEqual(['task.cancelled']);
});
