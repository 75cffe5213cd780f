import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeRandom } from '../../support/fake-random.ts';

const script = fileURLToPath(new URL('../fixtures/scripted-server.mjs', import.meta.url));
const { signal } = new AbortController();

let folder: string;
let clock: FakeClock;
/** What was said of the server's end. */
let logged: string[];
let server: ToolServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-hung-'));
  clock = new FakeClock();
  logged = [];
  server = new ToolServer(
    { command: [process.execPath, script, join(folder, 'pids')], env: {}, cwd: folder },
    {
      clock,
      random: fakeRandom(),
      log: (_level, message) => {
        if (message.includes('started again')) logged.push(message);
      },
    },
  );
});
afterEach(async () => {
  await onTheWay(server.stop());
  rmSync(folder, { recursive: true });
});

/** One for each start. */
const pids = () => readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
const isAlive = (pid: number | undefined) => existsSync(`/proc/${pid}/exe`);

/** What comes of work, with the clock moved on until it is over. */
async function onTheWay<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  void work.then(over, over);
  await vi.waitFor(async () => {
    await clock.advance(500);
    expect(isOver).toBe(true);
  }, 10_000);
  return work;
}

/** Calls a tool that does not answer, and cancels the call when the server has it. */
async function cancelledCall(tool: string): Promise<void> {
  const abort = new AbortController();
  const calling = server.call(tool, {}, { signal: abort.signal }).catch((thrown: unknown) => thrown);
  await vi.waitFor(() => expect(existsSync(join(folder, tool))).toBe(true));
  abort.abort('enough');
  expect(await calling).toMatchObject({ code: 'cancelled' });
}

describe('a tool server that hangs in a call', () => {
  test('is ended when the call is cancelled and a ping goes unanswered, and started again', async () => {
    await server.tools(signal);
    await cancelledCall('hang');
    await clock.advance(9_999);
    expect(logged).toEqual([]);
    await clock.advance(1);
    expect(logged).toEqual([expect.stringContaining('does not answer')]);

    const [hung] = pids();
    expect(isAlive(hung)).toBe(true);
    const listing = server.tools(signal);
    // Two seconds to end by itself, five after TERM.
    await clock.advance(6_000);
    expect(isAlive(hung)).toBe(true);
    expect((await onTheWay(listing)).map(({ name }) => name)).toContain('say');
    expect(isAlive(hung)).toBe(false);
    expect(pids()).toHaveLength(2);
    expect(await server.call('say', {}, { signal })).toMatchObject({ text: 'said in text alone' });
    expect(logged).toHaveLength(1);
  });

  test('is replaced by whoever cannot list its tools in time, and ends the calls of others', async () => {
    await server.tools(signal);
    const calling = server.call('hang', {}, { signal });
    await vi.waitFor(() => expect(existsSync(join(folder, 'hang'))).toBe(true));
    const listing = server.tools(signal);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    await clock.advance(60_000);
    // A call is under way: it has longer.
    await clock.advance(59_999);
    expect(logged).toEqual([]);
    expect((await onTheWay(listing)).map(({ name }) => name)).toContain('say');
    expect(await calling).toMatchObject({ isError: true });
    expect(pids()).toHaveLength(2);
  });

  test('keeps nobody from ending', async () => {
    await server.tools(signal);
    await cancelledCall('hang');
    const abort = new AbortController();
    const listing = server.tools(abort.signal).catch((thrown: unknown) => thrown);
    abort.abort('enough');
    expect(await listing).toMatchObject({ code: 'cancelled' });
  });
});

describe('a tool server with a slow call', () => {
  test.each(['answered', 'refused'])('stays for the calls of others where pings are %s', async (how) => {
    await server.tools(signal);
    await server.call('ping', { how }, { signal });
    const calling = server.call('slow', {}, { signal });
    await cancelledCall('slow');
    await vi.waitFor(() => expect(clock.pending).toBe(0));
    await clock.advance(60_000);
    await server.call('release', {}, { signal });
    expect(await calling).toEqual({ text: 'slow but done', isError: false });
    expect(pids()).toHaveLength(1);
  });

  test('stays where it answers no ping but something else', async () => {
    await server.tools(signal);
    await server.call('ping', { how: 'ignored' }, { signal });
    await cancelledCall('slow');
    expect(await server.call('say', {}, { signal })).toMatchObject({ isError: false });
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
    expect(await server.call('say', {}, { signal })).toMatchObject({ isError: false });
    expect(logged).toEqual([]);
    expect(pids()).toHaveLength(1);
  });
});
