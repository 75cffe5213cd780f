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
  await expect
    .poll(async () => {
      await clock.advance(50);
      return program.signalCode;
    })
    .toBe('SIGTERM');
  await stop(runtime, clock);
});

/** A journal as a process leaves it that was killed while `count` tasks of agent `one` ran. */
async function killed(config: string, count: number) {
  const path = join(folder, 'callboard.db');
  const runs = new HeldRuns();
  const { runtime, clock } = await startedRuntime(config, { path, createAgent: runs.agent });
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await runtime.operations.startTask('one', '')).id);
    await clock.settle();
  }
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
