// Who asked for a cancel is obeyed also when the process dies before the task's end is on record.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';

const config = `
agents:
  worker:
    type: echo
    on_crash: retry
    trigger: { type: schedule, cron: '0 * * * *', overlap: replace, input: "{{ .scheduled_at }}" }
    notifications:
      - { id: hook, url: "http://receiver.test/", events: [task.started, task.cancelled] }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function started(clock: FakeClock, wrap: (journal: Journal) => Journal = (journal) => journal) {
  const runs = new HeldRuns();
  const sent: string[] = [];
  const sender = {
    send: async ({ body }: { readonly body: string }) => {
      sent.push(body);
      return { kind: 'network', error: 'nobody listens', durationMs: 0 } as const;
    },
    close: async () => {},
  };
  const path = join(folder, 'journal.db');
  const made = await startedRuntime(config, { clock, path, createAgent: runs.agent, sender, journal: wrap });
  return { ...made, runs, sent };
}

/** A runtime whose tasks cannot be recorded as over, and its death. */
async function doomed() {
  const clock = new FakeClock('2026-06-01T11:59:30Z');
  let journal: Journal | undefined;
  const made = await started(clock, (opened) => {
    journal = opened;
    return { ...opened, recordOutcome: () => Promise.reject(new JournalUnavailable('the disk is full')) };
  });
  await clock.advance(60_000);
  expect(made.runs.started).toHaveLength(1);
  return {
    ...made,
    clock,
    /** Its clock stands still from then on, so nothing of it goes on. */
    async die() {
      await journal?.close();
      return new FakeClock(clock.now());
    },
  };
}

test('a replaced task does not run again, and the one in its place runs', async () => {
  const { clock, die } = await doomed();
  await clock.advance(3_600_000);
  const again = await started(await die());
  const { items } = await again.runtime.journal.listTasks({ limit: 10 });
  expect(items).toMatchObject([
    { input: '2026-06-01T13:00:00Z', status: 'running' },
    { input: '2026-06-01T12:00:00Z', status: 'cancelled', reason: 'replaced', attempt: 1 },
  ]);
  expect(again.runs.started.map(({ input }) => input)).toEqual(['2026-06-01T13:00:00Z']);
  const cancelled = { taskId: items[1]?.id, reason: 'replaced' };
  expect(again.events).toContainEqual(expect.objectContaining({ type: 'task.cancelled', ...cancelled }));
  const { items: deliveries } = await again.runtime.journal.listDeliveries({ limit: 10 });
  expect(deliveries.filter(({ taskId }) => taskId === items[1]?.id).map(({ event }) => event)).toEqual([
    'task.cancelled',
    'task.started',
  ]);
  const stopping = again.runtime.stop();
  again.runs.end('done');
  await stopping;
});

test('nor does one that an operator was told is being cancelled', async () => {
  const { runtime, runs, die } = await doomed();
  const taskId = runs.started[0]?.taskId ?? '';
  expect(await runtime.operations.cancelTask(taskId)).toBe('cancelling');
  const again = await started(await die());
  expect(await again.runtime.journal.getTask(taskId)).toMatchObject({
    status: 'cancelled',
    reason: 'operator',
  });
  expect(again.runs.started).toEqual([]);
  await again.runtime.stop();
});

test('a task that nobody asked to cancel runs again', async () => {
  const { runs, die } = await doomed();
  const again = await started(await die());
  expect(again.runs.started.map(({ taskId }) => taskId)).toEqual([runs.started[0]?.taskId]);
  const stopping = again.runtime.stop();
  again.runs.end('done');
  await stopping;
});
