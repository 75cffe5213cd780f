import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import type { McpServerPlan } from '../../../src/agents/specification.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { closeServer, listen } from '../../support/listen.ts';

const script = fileURLToPath(new URL('../fixtures/verbatim-server.mjs', import.meta.url));
const stdio: McpServerPlan = { command: [process.execPath, script], env: {}, cwd: process.cwd() };

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

/** The same over HTTP; `write` makes one answer of the messages. */
async function overHttp(
  type: string,
  write: (messages: readonly string[]) => string,
): Promise<McpServerPlan> {
  const http = createServer(async (request, answer) => {
    if (request.method === 'GET') return void answer.writeHead(405).end();
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { id, method, params } = JSON.parse(text);
    if (id === undefined) return void answer.writeHead(202).end();
    if (method === 'tools/call') {
      const lines: string[] = params.arguments.lines;
      // Left open, as by a server that may have more to say.
      answer
        .writeHead(200, { 'content-type': type })
        .write(write(lines.map((line) => line.replaceAll('ID', id))));
      if (type === 'application/json') answer.end();
      return;
    }
    const serverInfo = { name: 'verbatim', version: '1' };
    const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  const url = `http://127.0.0.1:${await listen(http)}/`;
  ends.push(async () => {
    http.closeAllConnections();
    await closeServer(http);
  });
  return { url, headers: {} };
}
const asEvents = () =>
  overHttp('text/event-stream', (messages) => messages.map((message) => `data: ${message}\n\n`).join(''));
const asJson = () => overHttp('application/json', ([message = '']) => message);

/** What comes of a call that is answered with these lines. */
function called(plan: McpServerPlan, ...lines: readonly string[]) {
  const server = new ToolServer(plan, { clock: new SystemClock(), random: systemRandom });
  ends.unshift(() => server.stop());
  return server.call('any', { lines }, { signal: AbortSignal.timeout(5_000) });
}

const done = '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"done"}]}}';

describe.each([
  ['over stdio', async () => stdio],
  ['over HTTP, as a stream of events', asEvents],
  ['over HTTP, as JSON', asJson],
])('a tool server %s', (_how, plan) => {
  test.each([
    '{"jsonrpc":"2.0","id":ID,"result":null}',
    '{"jsonrpc":"2.0","id":ID,"error":"boom"}',
    '{"jsonrpc":"2.0","id":"ID","error":{"message":"a code is missing"}}',
    '{"jsonrpc":"2.0","id":ID}',
    '{"id":ID,"result":{}}',
    '{"id":ID,"result":null,"error":"boom"}',
    '{"jsonrpc":"2.0","id":ID,"method":"tools/call","result":{"content":[]}}',
  ])('that answers %s fails the call, for the model to read', async (line) => {
    expect(await called(await plan(), line)).toEqual({
      text: expect.stringContaining('the answer of the tool server is not valid JSON-RPC'),
      isError: true,
    });
  });
});

describe.each([
  ['over stdio', async () => stdio],
  ['over HTTP', asEvents],
])('what a tool server says beside its answer %s', (_how, plan) => {
  test.each([
    ['words', 'listening on ID'],
    ['a log line with an id', '{"level":"info","id":ID,"msg":"called"}'],
    ['a log line of an error', '{"level":"error","id":ID,"error":"no such row","msg":"query failed"}'],
    ['a request of its own that is not valid', '{"jsonrpc":"2.0","id":ID,"method":7}'],
    ['an invalid answer to nobody', '{"jsonrpc":"2.0","id":null,"error":"boom"}'],
    ['an invalid answer to an older request', '{"jsonrpc":"2.0","id":0,"result":null}'],
  ])('is passed over: %s', async (_what, line) => {
    expect(await called(await plan(), line, done)).toEqual({ text: 'done', isError: false });
  });
});
