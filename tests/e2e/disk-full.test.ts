// A disk that fills up below the journal: a tmpfs of the test's own, so only root can run it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rawRows } from '../journal/sqlite/raw.ts';
import { type LogLine, type RuntimeUnderTest, runtimes, Workspace } from '../support/program.ts';

const mebibyte = 2 ** 20;
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

let place: Workspace;
let disk: string;

beforeEach(() => {
  place = new Workspace();
  disk = join(place.folder, 'disk');
  mkdirSync(disk);
  if (mayMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);
});

afterEach(async () => {
  await place.end();
  // Lazily: the driver of the test's own looks into the journal closes its files when it likes.
  if (mayMount) execFileSync('umount', ['--lazy', disk]);
  await place.close();
});

/** Fills the disk until so many bytes are free. */
function fill(leave: number): void {
  const { bavail, bsize } = statfsSync(disk);
  const size = bavail * bsize - leave;
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, size)));
}

/** Takes what is left. */
function fillUp(): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'rest'), Buffer.alloc(bavail * bsize));
}

const free = () => {
  for (const name of ['ballast', 'rest']) rmSync(join(disk, name), { force: true });
};

/** With its standard output into a file on the disk. */
const intoDisk = (file: string, { name, command }: RuntimeUnderTest): RuntimeUnderTest => ({
  name,
  command: ['sh', '-c', `exec "$0" "$@" > disk/${file}`, ...command],
});

const isOf =
  (agent: string, message: string) =>
  (line: LogLine): boolean =>
    line.message === message && String(line.task).startsWith(`webhook-${agent}-`);

const accepted = z.object({ task_id: z.string() });
const problem = z.object({ detail: z.string() });

describe.runIf(mayMount).each(runtimes)('under $name (only root may mount a disk to fill)', (runtime) => {
  test('below limits.min_free_disk it is not ready and takes no calls, and comes back by itself', async () => {
    const program = place.run(
      runtime,
      `
journal: { path: disk/callboard.db }
limits: { min_free_disk: 8MiB }
agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }
`,
    );
    const url = await program.ready();
    const status = async (path: string) => (await fetch(`${url}${path}`)).status;
    const post = () => fetch(`${url}/webhooks/hello`, { method: 'POST', body: '1' });
    expect([await status('/health'), await status('/ready'), (await post()).status]).toEqual([200, 200, 200]);
    fill(4 * mebibyte);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(503);
    expect(problem.parse(await ready.json()).detail).toMatch(
      /^the disk of the journal has \d+ bytes free, 8388608 are wanted$/,
    );
    const refused = await post();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await status('/health')).toBe(200);
    free();
    await expect.poll(() => status('/ready'), { timeout: 20_000 }).toBe(200);
    expect((await post()).status).toBe(200);
    expect(program.lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['no new work is taken', 'new work is taken again']),
    );
    expect(await program.stop()).toBe(0);
  });

  test('a full disk below the log ends nothing, and once there is room the log goes on', async () => {
    place.write(
      'callboard.yaml',
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }\n',
    );
    const log = () => readFileSync(join(disk, 'log'), 'utf8');
    const program = place.start(intoDisk('log', runtime), ['callboard.yaml', '--port', '0']);
    const ready = /"message":"ready","url":"([^"]*)"/;
    await expect.poll(() => existsSync(join(disk, 'log')) && log(), { timeout: 20_000 }).toMatch(ready);
    const [, url] = ready.exec(log()) ?? [];
    const post = async () => (await fetch(`${url}/webhooks/hello`, { method: 'POST', body: '1' })).status;
    const told = async (what: string) => {
      await expect
        .poll(
          async () => {
            expect(await post()).toBe(200);
            return program.stderr;
          },
          { timeout: 20_000, interval: 1 },
        )
        .toContain(`callboard: standard output ${what}`);
    };
    fill(0);
    await told('cannot be written: ');
    expect(await post()).toBe(200);
    const before = log().length;
    free();
    await told('is written again\n');
    expect(await program.stop()).toBe(0);
    expect(log().slice(before)).toContain('"message":"stopped"');
  });

  test('a command that can write only a part of its output has failed', async () => {
    fill(20_000);
    const program = place.start(intoDisk('schema.json', runtime), ['schema']);
    expect(await program.ended).toBe(1);
    expect(program.stderr).toContain('callboard: standard output cannot be written: ');
  });

  test('on a full disk nothing is acknowledged that is not written, and all that was is done once', async () => {
    const text = `
journal: { path: disk/callboard.db }
limits: { min_free_disk: 0B }
agents:
  hello: { type: echo, trigger: { type: webhook, auth: none, response: { mode: async } } }
  slow: { type: command, command: [sh, -c, 'until test -e go; do sleep 0.1; done; head -c 1000000 /dev/zero | tr "\\0" x'], trigger: { type: webhook, auth: none, response: { mode: async } } }
`;
    const program = place.run(runtime, text);
    const url = await program.ready();
    const acknowledged: string[] = [];
    const post = async (agent: string, body: string) => {
      const answer = await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body });
      const text = await answer.text();
      if (answer.status === 202) acknowledged.push(accepted.parse(JSON.parse(text)).task_id);
      return answer.status;
    };
    const start = async () => {
      const authorization = `Bearer ${readFileSync(join(disk, 'api-token'), 'utf8').trim()}`;
      const headers = { authorization, 'content-type': 'application/json' };
      const body = JSON.stringify({ agent: 'hello', input: 'x'.repeat(1_000_000) });
      return (await fetch(`${url}/api/tasks`, { method: 'POST', headers, body })).status;
    };
    expect(await post('slow', '1')).toBe(202);
    await program.message('task started');
    // Room for a few calls; far less than the result of the task that runs.
    fill(mebibyte / 4);
    const statuses: number[] = [];
    const caller = async () => {
      while (statuses.slice(-20).filter((status) => status === 503).length < 20) {
        statuses.push(await post('hello', JSON.stringify('x'.repeat(20_000))));
        expect(statuses.length).toBeLessThan(2_000);
      }
    };
    await Promise.all([caller(), caller(), caller(), caller()]);
    expect(new Set(statuses)).toEqual(new Set([202, 503]));
    fillUp();
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, problem.parse(await ready.json()).detail]).toEqual([
      503,
      expect.stringContaining('the journal cannot write'),
    ]);
    expect(await start()).toBe(503);
    expect(await program.message('no new work is taken')).toMatchObject({
      why: expect.stringContaining('the journal cannot write'),
    });
    // A task that ends now is held with its result.
    place.write('go', '');
    await program.message('a commit failed and is tried again');
    free();
    await expect.poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 20_000 }).toBe(200);
    expect(await post('hello', '1')).toBe(202);
    const rows = () => rawRows(join(disk, 'callboard.db'), 'SELECT id, status, attempt FROM tasks');
    await expect
      .poll(() => rows().filter(({ status }) => status !== 'completed').length, { timeout: 20_000 })
      .toBe(0);
    expect(await program.stop()).toBe(0);
    expect(
      rows()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...acknowledged].sort());
    expect(rows().filter(({ attempt }) => attempt !== 1)).toEqual([]);
    expect(rawRows(join(disk, 'callboard.db'), 'PRAGMA integrity_check')).toEqual([
      { integrity_check: 'ok' },
    ]);
  });

  test('a stop on a full disk ends in time with 1, and the next start finishes what was cut off', {
    timeout: 90_000,
  }, async () => {
    const text = `
server: { grace: 2s }
journal: { path: disk/callboard.db }
limits: { min_free_disk: 0B }
agents:
  ended: { type: command, command: [sh, -c, 'until test -e go; do sleep 0.1; done; echo done'], trigger: { type: webhook, auth: none, response: { mode: async } } }
  endless: { type: command, command: [sh, -c, 'test -e go || { until test -e go; do sleep 0.1; done; sleep 600; }'], trigger: { type: webhook, auth: none, response: { mode: async } } }
`;
    const program = place.run(runtime, text);
    const url = await program.ready();
    for (const agent of ['ended', 'endless']) {
      expect((await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body: '1' })).status).toBe(202);
      await program.line(isOf(agent, 'task started'), agent);
    }
    fill(0);
    fillUp();
    place.write('go', '');
    await program.message('a commit failed and is tried again');
    const asked = performance.now();
    expect(await program.stop()).toBe(1);
    expect(performance.now() - asked).toBeLessThan(2_000 + 10_000);
    expect(program.stderr).toBe(
      'callboard: how tasks or deliveries ended could not be written to the journal (2 of them): the next start goes on as after a crash\n',
    );
    const errors = program.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    // It is not ready either, which it may have found out by then.
    expect(errors.filter((message) => message !== 'no new work is taken')).toEqual([
      'a commit failed and is tried again',
      'a commit failed and is tried again',
      'ends could not be recorded; the next start goes on as after a crash',
    ]);
    free();
    const next = place.run(runtime, text);
    for (const agent of ['ended', 'endless']) await next.line(isOf(agent, 'task completed'), agent);
    expect(await next.stop()).toBe(0);
    const rows = rawRows(join(disk, 'callboard.db'), 'SELECT status, attempt FROM tasks');
    expect(rows).toEqual(Array(2).fill({ status: 'completed', attempt: 2 }));
  });
});
