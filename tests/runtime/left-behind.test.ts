// What a command left running when the process was killed, where no run of the command follows that would end it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { taskVariables } from '../../src/agents/processes.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, planOf, startedRuntime, testRuntime } from '../support/runtime.ts';

let folder: string;
const programs: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-left-'));
});
afterEach(() => {
  for (const program of programs.splice(0)) program.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const command = (name: string, concurrency = 2) =>
  `agents: { ${name}: { type: command, command: [any], concurrency: ${concurrency} } }`;
/** Elsewhere the processes of a task cannot be told. */
const hasProc = existsSync('/proc/self/environ');

describe.runIf(hasProc)('a program is ended by the next start', () => {
  test.each([
    ['whose agent left the file', command('other')],
    ['whose agent has become another one', 'agents: { one: { type: echo } }'],
  ])('%s', async (_what, after) => {
    const { path, runs, clock, ids } = await killed(command('one'), 1);
    const program = leftBehind(ids[0], after);
    const { runtime } = testRuntime(after, { path, clock, createAgent: runs.agent });
    void runtime.start();
    // It waits for the end, so that no other run of the task could be taken for what was left.
    await expect
      .poll(async () => {
        await clock.advance(50);
        return [runtime.state, program.signalCode];
      })
      .toEqual(['running', 'SIGTERM']);
    expect(await runtime.journal.getTask(ids[0])).toMatchObject({ crashes: 1 });
    await stop(runtime, clock);
  });
});

test.runIf(hasProc)('a program whose task is cancelled before it runs again is ended', async () => {
  const { path, runs, clock, ids } = await killed(command('one'), 2);
  const [, waiting = ''] = ids;
  const after = command('one', 1);
  const program = leftBehind(waiting, after);
  const { runtime } = await startedRuntime(after, { path, clock, createAgent: runs.agent });
  expect(await runtime.operations.cancelTask(waiting)).toBe('cancelled');
  await ended(program, clock);
  await stop(runtime, clock);
});

test.runIf(hasProc)(
  'a program whose task is cancelled between its claim and its next run is ended',
  async () => {
    const notified = `agents: { one: { type: command, command: [any], notifications: [{ id: n, url: "http://receiver.test/", events: [task.started] }] } }`;
    const { path, runs, clock, ids } = await killed(notified, 1);
    const program = leftBehind(ids[0], notified);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { runtime } = await startedRuntime(notified, {
      path,
      clock,
      createAgent: runs.agent,
      journal: (journal) => ({
        ...journal,
        async recordStart(start) {
          await gate;
          return journal.recordStart(start);
        },
      }),
    });
    expect(await runtime.operations.cancelTask(ids[0])).toBe('cancelling');
    open();
    await ended(program, clock);
    expect(await runtime.journal.getTask(ids[0])).toMatchObject({ status: 'cancelled' });
    await stop(runtime, clock);
  },
);

test.runIf(hasProc)('a program whose task is replaced before it runs again is ended', async () => {
  const replaced = (concurrency: number) =>
    `agents: { one: { type: command, command: [any], concurrency: ${concurrency}, timeout: 1h, trigger: { type: schedule, every: 60s, overlap: replace } } }`;
  const { path, runs, clock } = await killed(replaced(2), 1, 60_000);
  const program = leftBehind(`schedule-one-${clock.now()}000000`, replaced(1));
  const { runtime } = await startedRuntime(replaced(1), { path, clock, createAgent: runs.agent });
  await clock.advance(60_000);
  await ended(program, clock);
  const { items } = await runtime.journal.listTasks({ status: 'cancelled', limit: 10 });
  expect(items).toMatchObject([{ reason: 'replaced', crashes: 1 }]);
  await stop(runtime, clock);
});

/** Waits until the program was told to end. */
async function ended(program: ChildProcess, clock: FakeClock): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(50);
      return program.signalCode;
    })
    .toBe('SIGTERM');
}

/** A journal as a process leaves it that was killed while `count` tasks of agent `one` ran, `ms` after they started. */
async function killed(config: string, count: number, ms = 0) {
  const path = join(folder, 'callboard.db');
  const runs = new HeldRuns();
  const { runtime, clock } = await startedRuntime(config, { path, createAgent: runs.agent });
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await runtime.operations.startTask('one', '')).id);
    await clock.settle();
  }
  await clock.advance(ms);
  await runtime.journal.close();
  const [first = ''] = ids;
  return { path, runs, clock, ids: [first, ...ids.slice(1)] as const };
}

/** A program that a command of this task would have started. */
function leftBehind(taskId: string, config: string): ChildProcess {
  const { path: journal } = planOf(config, new FakeClock()).journal;
  const env = { PATH: process.env.PATH, ...taskVariables({ taskId, journal }) };
  const program = spawn('sleep', ['300'], { env, stdio: 'ignore' });
  programs.push(program);
  return program;
}

async function stop(runtime: Runtime, clock: FakeClock): Promise<void> {
  const stopping = runtime.stop();
  await clock.advance(60_000);
  await stopping;
}
