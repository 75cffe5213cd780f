// A journal that cannot write: what ends meanwhile is held, told of once, and keeps no stop for ever.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';

const config =
  'agents: { one: { type: echo, concurrency: 3, retry: { max_attempts: 2, initial_delay: 5s } } }';

/** Three tasks that run, on a journal whose commits of ends fail for what `trouble` says. */
async function threeTasks(path?: string) {
  const runs = new HeldRuns();
  const disk: { trouble: string | undefined } = { trouble: undefined };
  const made = await startedRuntime(config, {
    ...(path === undefined ? {} : { path }),
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
  expect(runtime.unrecorded).toBe(0);
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

test('a stop tries for five seconds more than its grace, and leaves the rest to the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-full-disk-'));
  const path = join(folder, 'callboard.db');
  const { runtime, clock, runs, disk, logged, events } = await threeTasks(path);
  disk.trouble = 'disk full';
  runs.end('done');
  await clock.settle();
  let stopped = false;
  const stopping = runtime.stop().then(() => {
    stopped = true;
  });
  await clock.advance(30_000);
  // What still ran was told to end; it is not to go back to the queue either.
  expect([runs.live, stopped]).toEqual([0, false]);
  await clock.advance(5_000);
  expect(runtime.state).toBe('stopped');
  await stopping;
  expect(runtime.unrecorded).toBe(3);
  const lines = logged.filter((line) => line.startsWith('error ends could not be recorded'));
  expect(lines).toEqual([expect.stringContaining('{"tasks":3,"deliveries":0}')]);
  expect(events.filter(({ type }) => type !== 'task.queued' && type !== 'task.started')).toEqual([]);
  const next = await startedRuntime(config, { clock, path, createAgent: runs.agent });
  // As after a crash: they run again.
  await clock.advance(5_000);
  expect(runs.live).toBe(3);
  while (runs.live > 0) runs.end('done');
  await clock.settle();
  const { items } = await next.runtime.journal.listTasks({ limit: 10 });
  expect(items.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(Array(3).fill('completed 2'));
  await next.runtime.stop();
  rmSync(folder, { recursive: true });
});

test('a stop records what it can once there is room before it gives up', async () => {
  const { runtime, clock, runs, disk, events } = await threeTasks();
  disk.trouble = 'disk full';
  while (runs.live > 0) runs.end('done');
  const stopping = runtime.stop();
  await clock.advance(33_500);
  disk.trouble = undefined;
  await clock.advance(1_000);
  await stopping;
  expect(runtime.unrecorded).toBe(0);
  expect(events.filter(({ type }) => type === 'task.completed')).toHaveLength(3);
});
