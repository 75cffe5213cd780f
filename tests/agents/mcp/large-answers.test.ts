import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { closeServer, listen } from '../../support/listen.ts';
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

/** A tool server whose one tool answers with these events, with ids to resume after, and the requests for more of them. */
async function streaming(events: (id: unknown) => readonly unknown[]) {
  const resumed: unknown[] = [];
  const http = createServer(async (request, answer) => {
    if (request.method === 'GET') {
      resumed.push(request.headers['last-event-id']);
      return void answer.writeHead(405).end();
    }
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { id, method } = JSON.parse(text);
    if (id === undefined) return void answer.writeHead(202).end();
    if (method === 'initialize') {
      const serverInfo = { name: 'streaming', version: '1' };
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
      answer.writeHead(200, { 'content-type': 'application/json' });
      return void answer.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: first\nretry: 1\ndata:\n\n');
    for (const event of events(id)) answer.write(`data: ${JSON.stringify(event)}\n\n`);
    answer.end();
  });
  const port = await listen(http);
  server = new ToolServer(
    { url: `http://127.0.0.1:${port}/`, headers: {} },
    { clock: new SystemClock(), random: systemRandom },
  );
  const close = async () => {
    await server.stop();
    http.closeAllConnections();
    await closeServer(http);
  };
  return { resumed: () => resumed.filter((id) => id !== undefined), close };
}

const said = (id: unknown, text: string) => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text }] },
});

test('a stream may be long, as long as none of its messages is', async () => {
  const params = { level: 'info', data: 'x'.repeat(2 ** 20) };
  const note = { jsonrpc: '2.0', method: 'notifications/message', params };
  const { close } = await streaming((id) => [...Array(12).fill(note), said(id, 'done')]);
  expect(await server.call('look', {}, { signal })).toEqual({ text: 'done', isError: false });
  await close();
});

test('what is too large is not asked for a second time', async () => {
  const { resumed, close } = await streaming((id) => [said(id, 'x'.repeat(11 * 2 ** 20))]);
  // By the end of the second one the library would have asked for the rest of the first: it waits for 1 ms, as it is told.
  for (let count = 1; count <= 2; count += 1)
    expect(await server.call('look', {}, { signal })).toMatchObject({ isError: true });
  expect(resumed()).toEqual([]);
  await close();
});
