// Whatever moment the process is killed at, every accepted event is received, and a delivery that is sent again is
// known by its webhook-id. `KILLS=300` makes it as many under Node, and a tenth of that under Deno.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bundling } from '../../scripts/bundling.js';
import { SystemClock, sleep } from '../../src/core/clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { closeServer, listen } from '../support/listen.ts';

const root = join(import.meta.dirname, '../..');
const program = join(import.meta.dirname, 'killed-program.ts');
const clock = new SystemClock();
let bundle = '';
const folders: string[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  // Node 20 does not read TypeScript; below the root, so that packages are found.
  bundle = mkdtempSync(join(root, 'node_modules/.callboard-test-'));
  await build({
    entryPoints: [program],
    outfile: join(bundle, 'killed-program.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Bundled with its packages it starts four times as fast.
    ...bundling,
    minifyWhitespace: true,
  });
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const runtimes = {
  node: () => [process.execPath, join(bundle, 'killed-program.mjs')],
  deno: () => [join(root, 'node_modules/.bin/deno'), 'run', '-A', '--quiet', program],
};
type RuntimeName = keyof typeof runtimes;

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

interface Received {
  readonly id: string;
  readonly task: string;
  readonly type: string;
}

/** A receiver that answers as `respond` says: with a status, or not at all. */
async function receiving(respond: () => number | undefined) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
    } catch {
      // The sender was killed half-way.
      return;
    }
    const body: { task_id: string; type: string } = JSON.parse(Buffer.concat(chunks).toString());
    received.push({ id: String(request.headers['webhook-id']), task: body.task_id, type: body.type });
    const status = respond();
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status).end();
  });
  const port = await listen(server);
  const close = async () => {
    server.closeAllConnections();
    await closeServer(server);
  };
  return { received, url: `http://127.0.0.1:${port}/`, close };
}

/** A folder with a config, and how to start the program on it. */
function place(runtime: RuntimeName, url: string) {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-kills-'));
  folders.push(folder);
  const config = join(folder, 'callboard.yaml');
  writeFileSync(
    config,
    `
agents:
  one:
    type: echo
    notifications:
      - id: hook
        url: ${url}
        events: [task.started, task.completed, task.failed]
        retry: { max_attempts: 1000, initial_delay: 10ms, max_delay: 50ms }
        breaker: off
`,
  );
  return (...args: readonly string[]) => {
    const [command = '', ...first] = runtimes[runtime]();
    const child = spawn(command, [...first, config, join(folder, 'data'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      for (const look of [...waiting]) look();
    });
    child.once('close', () => {
      for (const look of [...waiting]) look();
    });
    /** A line that begins so, the first or a later one; undefined when the program ends without it. */
    const line = (start: string, number = 1) =>
      new Promise<string | undefined>((resolve) => {
        const look = () => {
          const found = lines.filter((text) => text.startsWith(start))[number - 1];
          if (found === undefined && child.exitCode === null && child.signalCode === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    return { child, lines, line };
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(clock, 20);
}

const campaign = Number(process.env.KILLS ?? 60);

describe.each([
  ['node', campaign],
  ['deno', Math.ceil(campaign / 10)],
] as const)('under %s', (runtime, kills) => {
  test('killed between the answer and the settlement, it sends again under the same id', async () => {
    const { received, url, close } = await receiving(() => 200);
    const start = place(runtime, url);
    const first = start('1', 'hold');
    expect(await first.line('settling')).toContain('msg_');
    await until(() => received.length === 2);
    await kill(first.child);
    const second = start('0');
    await until(() => received.length === 4);
    second.child.kill('SIGTERM');
    await new Promise((resolve) => second.child.once('close', resolve));
    const ids = (type: string) => received.filter((one) => one.type === type).map(({ id }) => id);
    for (const type of ['task.started', 'task.completed']) {
      expect(ids(type)).toHaveLength(2);
      expect(new Set(ids(type)).size).toBe(1);
    }
    await close();
  });

  test(
    `killed ${kills} times under load, it loses no event and makes none twice`,
    async () => {
      const random = fakeRandom(20);
      const respond = () => {
        const drawn = random.next();
        return drawn < 0.8 ? 200 : drawn < 0.9 ? 503 : undefined;
      };
      const { received, url, close } = await receiving(respond);
      const start = place(runtime, url);
      const accepted = new Set<string>();
      const hear = (lines: readonly string[]) => {
        for (const line of lines) {
          expect(line).not.toContain('error');
          if (line.startsWith('accepted ')) accepted.add(line.slice('accepted '.length));
        }
      };
      for (let round = 0; round < kills; round += 1) {
        const { child, lines, line } = start('10');
        // One in ten is killed while it starts or recovers, the others once they have accepted some.
        if (random.next() < 0.9) await line('accepted', 1 + Math.floor(random.next() * 10));
        await sleep(clock, random.next() * 20);
        await kill(child);
        hear(lines);
      }
      expect(accepted.size).toBeGreaterThan(kills);
      const last = start('1');
      const missing = () => {
        hear(last.lines);
        const started = new Set(
          received.filter(({ type }) => type === 'task.started').map(({ task }) => task),
        );
        const ended = new Set(received.filter(({ type }) => type !== 'task.started').map(({ task }) => task));
        return [...accepted].filter((task) => !started.has(task) || !ended.has(task));
      };
      await until(() => missing().length === 0);
      last.child.kill('SIGTERM');
      await new Promise((resolve) => last.child.once('close', resolve));
      // One delivery for each event of each task, however often it came.
      const ids = new Map<string, Set<string>>();
      for (const { id, task, type } of received) {
        const event = `${task} ${type}`;
        ids.set(event, (ids.get(event) ?? new Set()).add(id));
      }
      expect([...ids.values()].filter(({ size }) => size > 1)).toEqual([]);
      expect(received.length).toBeGreaterThan(ids.size);
      await close();
    },
    20_000 + kills * 10_000,
  );
});
