// A task that waits for its turn in its group and for its time runs when both have come, whatever wakes the runtime
// before, and whether or not it was restarted meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { jitterDelay } from '../../src/triggers/schedule-rules.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, startedRuntime } from '../support/runtime.ts';

const minute = 60_000;
const second = Date.parse('2026-06-01T12:10:00Z');
const config = `
agents:
  worker:
    type: echo
    timeout: 7d
    retry: { max_attempts: 2, initial_delay: 1h, max_delay: 1h }
    trigger: { type: schedule, cron: '0,10 12 * * *', overlap: queue, jitter: 10m }
  other:
    type: echo
    trigger: { type: schedule, cron: '10 12 * * *', jitter: 2m }
`;
/** Of the task of 12:10, which is held by that of 12:00. */
const dueAt = second + jitterDelay('worker', 'schedule', second, 10 * minute);
/** That of the other agent has come due by then. */
const otherDueAt = second + jitterDelay('other', 'schedule', second, 2 * minute);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function started(clock: FakeClock) {
  const runs = new HeldRuns();
  const createAgent = (plan: { readonly name: string }) =>
    plan.name === 'worker' ? runs.agent() : { run: async () => ({ output: 'done' }) };
  const made = await startedRuntime(config, { clock, path: join(folder, 'journal.db'), createAgent });
  return {
    ...made,
    runs,
    async stop() {
      const stopping = made.runtime.stop();
      await clock.advance(31_000);
      await stopping;
    },
  };
}

/** The clock between the time of the other agent's task and that of the held one. */
async function whileHeld() {
  expect(otherDueAt).toBeLessThan(dueAt - 2 * minute);
  const clock = new FakeClock('2026-06-01T11:59:30Z');
  const made = await started(clock);
  await clock.advance(dueAt - 2 * minute - clock.now());
  return { ...made, clock };
}

async function expectRun({ clock, runs }: { clock: FakeClock; runs: HeldRuns }) {
  const before = runs.started.length;
  await clock.advance(dueAt - 1 - clock.now());
  expect(runs.started).toHaveLength(before);
  await clock.advance(1);
  await clock.settle();
  expect(runs.started).toHaveLength(before + 1);
}

test('when the one before it has ended, and another row came due meanwhile', async () => {
  const { clock, runs, stop } = await whileHeld();
  runs.end('done');
  await clock.settle();
  await expectRun({ clock, runs });
  await stop();
});

test('when the one before it was cancelled as it waited for its retry', async () => {
  const { clock, runs, runtime, stop } = await whileHeld();
  runs.end(new Failure('busy', 'Try later.', { retryable: true }));
  await clock.settle();
  const { items } = await runtime.journal.listTasks({ status: 'retrying', limit: 1 });
  for (const { id } of items) expect(await runtime.operations.cancelTask(id)).toBe('cancelled');
  await expectRun({ clock, runs });
  await stop();
});

test('when the runtime was restarted while the other one ran', async () => {
  const { clock, stop } = await whileHeld();
  await stop();
  const again = await started(clock);
  again.runs.end('done');
  await clock.settle();
  await expectRun({ clock, runs: again.runs });
  await again.stop();
});
