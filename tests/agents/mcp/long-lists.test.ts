import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeRandom } from '../../support/fake-random.ts';

const script = fileURLToPath(new URL('../fixtures/paging-server.mjs', import.meta.url));

let folder: string;
let clock: FakeClock;
let server: ToolServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-lists-'));
  clock = new FakeClock();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What comes of asking for the tools of a server that lists them in this way, and how many pages it was asked for. */
function listing(way: string) {
  const command = [process.execPath, script, way, folder];
  server = new ToolServer({ command, env: {}, cwd: folder }, { clock, random: fakeRandom() });
  // A list without end ends the test as well.
  return server.tools(AbortSignal.timeout(10_000)).catch((thrown: unknown) => thrown);
}
const pages = () => readdirSync(folder).length;

test('a list of tools may have pages', async () => {
  expect(await listing('ends')).toHaveLength(1_000);
  expect(pages()).toBe(5);
});

test.each([
  ['many tools', 'is too long: it has more than 1000 tools', 6],
  ['large tools', 'is too long: it has more than 10 MiB', 6],
  ['empty pages', 'does not end: it has more than 100 pages', 100],
  ['a circle', 'does not end: it comes back to a page that was there before', 1],
])('one with %s for ever is given up', async (way, what, asked) => {
  expect(await listing(way)).toMatchObject({
    code: 'tool_server',
    retryable: true,
    message: `${server.title} cannot list its tools: its list of tools ${what}`,
  });
  expect(pages()).toBe(asked);
});

test('all pages together have a minute', async () => {
  const listed = listing('slow pages');
  const isAsked = (page: number) =>
    vi.waitFor(() => expect(existsSync(join(folder, `page-${page}`))).toBe(true), 10_000);
  await isAsked(1);
  await clock.advance(40_000);
  writeFileSync(join(folder, 'answer-1'), '');
  await isAsked(2);
  await clock.advance(19_999);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(await listed).toMatchObject({
    code: 'tool_server',
    message: expect.stringMatching(/cannot list its tools: it did not list all of them within 1m$/),
  });
});
