// Badly behaved programs under the real program: none of them holds it up, fills its memory or outlives its task.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { runtimes, Workspace } from '../support/program.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

const stubborn = fileURLToPath(new URL('../agents/fixtures/stubborn.mjs', import.meta.url));

let place: Workspace;
afterEach(() => place.close());

const alive = (pid: number) => {
  try {
    // A zombie does nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** The pids that a command wrote into a file of its folder, once it has. */
async function pidsIn(name: string, count: number): Promise<number[]> {
  const read = () => {
    const path = join(place.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split(/\s+/).map(Number) : [];
  };
  await expect.poll(() => read().length, { timeout: 15_000 }).toBe(count);
  return read();
}

/** The most memory that a process ever had, in MiB. */
const peakMemory = (pid: number) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

describe.each(runtimes)('under $name', (runtime) => {
  test('a gigabyte of output is not held in memory', async () => {
    place = new Workspace();
    const flood = `command: [sh, -c, 'yes | head -c 1000000000']`;
    const program = place.run(
      runtime,
      `agents: { flood: { type: command, ${flood}, trigger: { type: webhook, auth: none } } }`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const before = peakMemory(program.process.pid ?? 0);
    const { body } = await caller.post('/webhooks/flood');
    expect(body.status).toBe('completed');
    expect(String(body.result)).toHaveLength(
      2 ** 20 + '\n[output cut: 1000000000 bytes were printed, the first 1048576 are kept]'.length,
    );
    expect(peakMemory(program.process.pid ?? 0) - before).toBeLessThan(512);
    expect(await program.stop()).toBe(0);
  });

  test('what ignores TERM, forks and never reads is gone soon after its timeout', async () => {
    place = new Workspace();
    const program = place.run(
      runtime,
      `
agents:
  stubborn:
    type: command
    command: [${process.execPath}, ${stubborn}, ${join(place.folder, 'pids')}, "2"]
    timeout: 8s
    trigger: { type: webhook, auth: none, response: { mode: async } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const { body } = await caller.post('/webhooks/stubborn', JSON.stringify('x'.repeat(900_000)));
    const pids = await pidsIn('pids', 2);
    expect(pids.map(alive)).toEqual([true, true]);
    await program.message('task failed');
    expect((await caller.api(`tasks/${body.task_id}`)).body.error).toEqual({
      code: 'timeout',
      message: 'the attempt took longer than 8s',
      retryable: true,
    });
    await expect.poll(() => pids.map(alive)).toEqual([false, false]);
    expect(await program.stop()).toBe(0);
  });

  test('a cancel reaches what left the process group; kill -9 of Callboard leaves no second run beside the first', async () => {
    place = new Workspace();
    // Each run leaves the pids of itself and of a daemon.
    const script = `setsid sh -c 'echo $$ >> pids; exec sleep 300' & echo $$ >> pids; exec sleep 300`;
    const text = `
agents:
  daemon:
    type: command
    command: [sh, -c, ${JSON.stringify(script)}]
    trigger: { type: webhook, auth: none, response: { mode: async } }
`;
    const first = place.run(runtime, text);
    const { body } = await new WebhookCaller(await first.ready(), place).post('/webhooks/daemon');
    const before = await pidsIn('pids', 2);
    await first.stop('SIGKILL');
    expect(before.map(alive)).toEqual([true, true]);

    const second = place.run(runtime, text);
    const caller = new WebhookCaller(await second.ready(), place);
    const both = await pidsIn('pids', 4);
    expect(before.map(alive)).toEqual([false, false]);
    const after = both.slice(2);
    expect(after.map(alive)).toEqual([true, true]);

    expect((await caller.api(`tasks/${body.task_id}/cancel`, 'POST')).status).toBe(202);
    await second.message('task cancelled');
    await expect.poll(() => after.map(alive)).toEqual([false, false]);
    expect(await second.stop()).toBe(0);
  });

  test('what was being cancelled at a kill -9 does not run again, and the next of its group waits for its program', async () => {
    place = new Workspace();
    // Each run says whether the first one still runs.
    const script = `[ -s pids ] && grep -qs '^State:.[^Z]' /proc/$(head -n 1 pids)/status && echo both > both
trap '' TERM; echo $$ >> pids; while :; do sleep 0.1; done`;
    const text = `
agents:
  stubborn:
    type: command
    command: [sh, -c, ${JSON.stringify(script)}]
    concurrency: 2
    trigger: { type: webhook, auth: none, concurrency_key: all, response: { mode: async } }
`;
    const first = place.run(runtime, text);
    const caller = new WebhookCaller(await first.ready(), place);
    const one = await caller.post('/webhooks/stubborn');
    const other = await caller.post('/webhooks/stubborn');
    await pidsIn('pids', 1);
    expect((await caller.api(`tasks/${one.body.task_id}/cancel`, 'POST')).status).toBe(202);
    await first.stop('SIGKILL');

    const second = place.run(runtime, text);
    const again = new WebhookCaller(await second.ready(), place);
    const [before = 0, after = 0] = await pidsIn('pids', 2);
    expect([before, after].map(alive)).toEqual([false, true]);
    expect(existsSync(join(place.folder, 'both'))).toBe(false);
    const { body } = await again.api(`tasks/${one.body.task_id}`);
    expect(body).toMatchObject({ status: 'cancelled', reason: 'operator', attempt: 1 });
    expect((await again.api(`tasks/${other.body.task_id}/cancel`, 'POST')).status).toBe(202);
    await second.message('task cancelled');
    expect(await second.stop()).toBe(0);
  });

  test('what is left of a killed run takes nothing of the timeout of the next', async () => {
    place = new Workspace();
    // The first run is deaf to TERM, so that its end takes longer than the second one may.
    const script = `test -e pids && exec echo again; trap '' TERM; echo $$ > pids; exec sleep 300`;
    const text = `
agents:
  deaf:
    type: command
    command: [sh, -c, ${JSON.stringify(script)}]
    timeout: 3s
    trigger: { type: webhook, auth: none, response: { mode: async } }
`;
    const first = place.run(runtime, text);
    const { body } = await new WebhookCaller(await first.ready(), place).post('/webhooks/deaf');
    const before = await pidsIn('pids', 1);
    await first.stop('SIGKILL');
    const second = place.run(runtime, text);
    const caller = new WebhookCaller(await second.ready(), place);
    await second.line(({ message }) => /^task (completed|failed)$/.test(String(message)), 'its end');
    expect((await caller.api(`tasks/${body.task_id}`)).body).toMatchObject({
      status: 'completed',
      result: 'again',
      attempt: 2,
    });
    expect(before.map(alive)).toEqual([false]);
    expect(await second.stop()).toBe(0);
  });
});
