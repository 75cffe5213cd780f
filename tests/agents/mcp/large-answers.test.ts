import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { startMcpHttpServer } from '../../support/mcp-http.ts';

const script = fileURLToPath(new URL('../fixtures/scripted-server.mjs', import.meta.url));
const { signal } = new AbortController();

let server: ToolServer;
afterEach(() => server.stop());

test('an answer that is too large is told as that to every call that is lost with it, and in the log', async () => {
  const logged: string[] = [];
  server = new ToolServer(
    { command: [process.execPath, script], env: {}, cwd: process.cwd() },
    { clock: new SystemClock(), random: systemRandom, log: (_level, message) => logged.push(message) },
  );
  const large = await server.call('flood', { bytes: 2 ** 20 }, { signal });
  expect([large.text.length, large.isError]).toEqual([2 ** 20, false]);

  const slow = server.call('slow', {}, { signal });
  const lost = { text: 'the tool server sent a message of more than 10 MiB and was ended', isError: true };
  expect(await server.call('flood', { bytes: 11 * 2 ** 20 }, { signal })).toEqual(lost);
  expect(await slow).toEqual(lost);
  expect(logged).toEqual([
    expect.stringMatching(/ sent a message of more than 10 MiB and was ended; it is started again/),
  ]);
  expect(await server.call('say', {}, { signal })).toMatchObject({ isError: false });
});

describe.each([
  ['as a stream of events', false],
  ['as JSON', true],
])('a tool server over HTTP that answers %s', (_how, json) => {
  test('may say much, and is told of an answer that is too large, which no later one suffers from', async () => {
    let bytes = 2 ** 20;
    const tools = await startMcpHttpServer(['look'], 'open', { saying: () => 'x'.repeat(bytes), json });
    server = new ToolServer(
      { url: tools.url, headers: { Authorization: 'Bearer open' } },
      { clock: new SystemClock(), random: systemRandom },
    );
    const look = () => server.call('look', { text: 'here' }, { signal });
    expect((await look()).text).toHaveLength(bytes);
    bytes = 40 * 2 ** 20;
    expect(await look()).toEqual({
      text: expect.stringContaining('the tool server sent an answer of more than 10 MiB'),
      isError: true,
    });
    bytes = 3;
    expect(await look()).toEqual({ text: 'xxx', isError: false });
    expect(tools.sessions()).toBe(1);
    await tools.close();
  });
});
