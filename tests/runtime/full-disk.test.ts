// A journal that cannot write: what ends meanwhile is held, told of once, and keeps no stop for ever.
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';

const config =
  'agents: { one: { type: echo, concurrency: 3, retry: { max_attempts: 2, initial_delay: 5s } } }';

/** Three tasks that run, on a journal whose commits of ends fail for what `trouble` says. */
async function threeTasks() {
  const runs = new HeldRuns();
  const disk: { trouble: string | undefined } = { trouble: undefined };
  const made = await startedRuntime(config, {
    createAgent: runs.agent,
    journal: (real: Journal): Journal => {
      const failing =
        <Input, Result>(commit: (input: Input) => Promise<Result>) =>
        async (input: Input) => {
          if (disk.trouble !== undefined) throw new JournalUnavailable(disk.trouble);
          return commit(input);
        };
      return {
        ...real,
        recordOutcome: failing(real.recordOutcome),
        requeueTask: failing(real.requeueTask),
        promoteDue: failing(real.promoteDue),
      };
    },
  });
  for (const input of ['1', '2', '3']) await made.runtime.operations.startTask('one', input);
  await made.clock.settle();
  const told = () => made.logged.filter((line) => line.startsWith('error a commit failed'));
  return { ...made, runs, disk, told };
}

test('each task that is held says so once, however long, and again when the reason changes', async () => {
  const { runtime, clock, runs, disk, told } = await threeTasks();
  disk.trouble = 'disk full';
  while (runs.live > 0) runs.end('done');
  await clock.advance(60_000);
  expect(told()).toHaveLength(3);
  disk.trouble = 'disk I/O error';
  await clock.advance(60_000);
  expect(told()).toHaveLength(6);
  expect(told().filter((line) => line.includes('disk I/O error'))).toHaveLength(3);
  disk.trouble = undefined;
  await clock.advance(1_000);
  const { items } = await runtime.journal.listTasks({ limit: 10, status: 'completed' });
  expect(items).toHaveLength(3);
  await runtime.stop();
});

test('rows that come due and cannot be taken are told of once', async () => {
  const { runtime, clock, runs, disk, logged } = await threeTasks();
  while (runs.live > 0) runs.end(new Failure('busy', 'Try later.', { retryable: true }));
  await clock.settle();
  disk.trouble = 'disk full';
  await clock.advance(60_000);
  expect(logged.filter((line) => line.startsWith('error cannot look for due rows'))).toHaveLength(1);
  disk.trouble = undefined;
  await clock.advance(1_000);
  expect(runs.live).toBe(3);
  while (runs.live > 0) runs.end('done');
  await runtime.stop();
});
