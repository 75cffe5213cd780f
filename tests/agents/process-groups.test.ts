import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { groupIsAlive, signalTo } from '../../src/agents/process-groups.ts';
import { endProcessGroup } from '../../src/agents/processes.ts';
import { FakeClock } from '../support/fake-clock.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-groups-'));
});
afterEach(() => {
  for (const { pid } of children.splice(0)) if (pid !== undefined) signalTo(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

function start(command: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child;
}

test('a group is alive until the last of it has ended', async () => {
  // The leader ends at once.
  const { pid = 0, stdout } = start('sh', '-c', 'sleep 300 & echo $!');
  const [left] = await once(stdout ?? process.stdin, 'data');
  expect(await groupIsAlive(pid)).toBe(true);
  process.kill(Number(left), 'SIGKILL');
  await vi.waitFor(async () => expect(await groupIsAlive(pid)).toBe(false), 10_000);
});

describe.runIf(existsSync('/proc/self/stat'))('a zombie that nobody waits for', () => {
  /** The pid of one that leads a group of its own, of which `rest` is what else it starts. */
  async function zombie(rest = ''): Promise<number> {
    // A name as hard to read as one can be. It ends when its parent is one that waits for no children.
    const program = join(folder, 'a) S 1 (b');
    const script = `#!/bin/sh\n${rest}\nuntil grep -qx sleep /proc/$PPID/comm; do :; done\necho $$\n`;
    writeFileSync(program, script, { mode: 0o700 });
    const { stdout } = start('sh', '-c', 'setsid "$0" & exec sleep 300', program);
    const [said] = await once(stdout ?? process.stdin, 'data');
    const pid = Number(said);
    await vi.waitFor(
      () => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(' (a) S 1 (b) Z '),
      10_000,
    );
    expect(signalTo(-pid, 0)).toBe(true);
    return pid;
  }

  test('is no life in its group', async () => {
    expect(await groupIsAlive(await zombie())).toBe(false);
  });

  test('takes no life from others in its group', async () => {
    const leader = await zombie('sleep 300 >/dev/null &');
    expect(await groupIsAlive(leader)).toBe(true);
    signalTo(-leader, 'SIGKILL');
    await vi.waitFor(async () => expect(await groupIsAlive(leader)).toBe(false), 10_000);
  });

  test('holds up nobody who ends its group', async () => {
    const leader = await zombie();
    const clock = new FakeClock();
    let isOver = false;
    const ending = endProcessGroup(leader, clock).then(() => {
      isOver = true;
    });
    await clock.advance(50);
    await vi.waitFor(() => expect(isOver || clock.pending > 0).toBe(true), 10_000);
    expect(isOver).toBe(true);
    await ending;
  });
});
