import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { endToolServersLeftBehind, taskVariables, toolServerVariables } from '../../src/agents/processes.ts';
import { SystemClock } from '../../src/core/clock.ts';

const clock = new SystemClock();
const journal = `/tests/${process.pid}.db`;

const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) if (existsSync(`/proc/${pid}/exe`)) process.kill(pid, 'SIGKILL');
});

/** The pid of a process with these variables. */
async function startedWith(env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn('/bin/sleep', ['300'], { env, detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  started.push(pid);
  return pid;
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}/exe`);

describe.runIf(existsSync('/proc/self/environ'))('tool servers that were left behind', () => {
  test('are ended, and neither those of another journal nor the commands of this one', async () => {
    const left = await startedWith(toolServerVariables(journal));
    const others = await Promise.all([
      startedWith(toolServerVariables('/of/another.db')),
      startedWith(taskVariables({ taskId: 'one', journal })),
    ]);
    await endToolServersLeftBehind(journal, clock);
    await vi.waitFor(() => expect(isAlive(left)).toBe(false), 10_000);
    expect(others.map(isAlive)).toEqual([true, true]);
  });

  test('stay where the name is now that of another file, as in a container', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'callboard-processes-'));
    const path = join(folder, 'a.db');
    try {
      writeFileSync(path, 'one');
      const pid = await startedWith(toolServerVariables(path));
      writeFileSync(join(folder, 'b.db'), 'another');
      renameSync(join(folder, 'b.db'), path);
      await endToolServersLeftBehind(path, clock);
      expect(isAlive(pid)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('stay where the journal is in memory, for it names no process', async () => {
    const pid = await startedWith(toolServerVariables(':memory:'));
    await endToolServersLeftBehind(':memory:', clock);
    expect(isAlive(pid)).toBe(true);
  });
});
