import { createServer, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { closeServer, listen } from '../../support/listen.ts';

let end = async () => {};
afterEach(() => end());

/** What comes of a call over HTTP that a tool server answers so; `rest` answers who asks for the rest of a stream. */
async function called(
  answer: (response: ServerResponse, id: number) => void,
  rest: (response: ServerResponse, lastEvent: string) => void = (response) => response.writeHead(405).end(),
) {
  const http = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const lastEvent = request.headers['last-event-id'];
      if (lastEvent !== undefined) rest(response, String(lastEvent));
      else response.writeHead(405).end();
      return;
    }
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { id, method } = JSON.parse(text);
    if (id === undefined) return void response.writeHead(202).end();
    if (method === 'tools/call') return answer(response, id);
    const serverInfo = { name: 'short', version: '1' };
    const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
    response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  const url = `http://127.0.0.1:${await listen(http)}/`;
  const server = new ToolServer({ url, headers: {} }, { clock: new SystemClock(), random: systemRandom });
  end = async () => {
    await server.stop();
    http.closeAllConnections();
    await closeServer(http);
  };
  return server.call('any', {}, { signal: AbortSignal.timeout(5_000) });
}

const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream' };
const done = (id: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } });

test.each<[string, (response: ServerResponse, id: number) => void]>([
  ['a stream that ends before', (response) => response.writeHead(200, events).end(': hello\n\n')],
  ['one that ends within it', (response, id) => response.writeHead(200, events).end(`data: ${done(id)}`)],
  [
    'one that is cut off',
    (response) => response.writeHead(200, events).write(': hello\n\n', () => response.destroy()),
  ],
  ['one of words', (response) => response.writeHead(200, events).end('data: done\n\n')],
  [
    'one of the answer to another',
    (response) => response.writeHead(200, events).end(`data: ${done(99)}\n\n`),
  ],
  ['JSON of the answer to another', (response) => response.writeHead(200, json).end(done(99))],
  [
    'an error that says not of what',
    (response) => response.writeHead(200, json).end('{"jsonrpc":"2.0","error":{"code":1,"message":"no"}}'),
  ],
  ['JSON that is none', (response) => response.writeHead(200, json).end('{"jsonrpc":')],
  [
    'JSON of an invalid answer to another',
    (response) => response.writeHead(200, json).end('{"jsonrpc":"2.0","id":99,"result":"x"}'),
  ],
  ['an empty list', (response) => response.writeHead(200, json).end('[]')],
  ['a list of the answer to another', (response) => response.writeHead(200, json).end(`[${done(99)}]`)],
  [
    'an event of another name',
    (response, id) => response.writeHead(200, events).end(`event: result\ndata: ${done(id)}\n\n`),
  ],
  ['nothing but that it was taken', (response) => response.writeHead(202).end()],
])('a call that is answered with %s fails, for the model to read', async (_what, answer) => {
  expect(await called(answer)).toEqual({
    text: expect.stringContaining('the tool server ended the exchange without an answer'),
    isError: true,
  });
});

test.each<[string, (response: ServerResponse, id: number) => void]>([
  ['a stream', (response, id) => response.writeHead(200, events).end(`data: ${done(id)}\n\n`)],
  [
    'a stream, and words',
    (response, id) => response.writeHead(200, events).end(`data: ${done(id)}\n\ndata: x\n\n`),
  ],
  [
    'a stream of a type in capitals',
    (response, id) =>
      response.writeHead(200, { 'content-type': 'Text/Event-Stream' }).end(`data: ${done(id)}\n\n`),
  ],
  [
    'a stream of named messages',
    (response, id) => response.writeHead(200, events).end(`event: message\ndata: ${done(id)}\n\n`),
  ],
  [
    'a stream whose lines end with a carriage return alone',
    (response, id) => response.writeHead(200, events).end(`data: ${done(id)}\r\r`),
  ],
  [
    'one of these that stays open',
    (response, id) => void response.writeHead(200, events).write(`data: ${done(id)}\r\r`),
  ],
  ['JSON after a byte order mark', (response, id) => response.writeHead(200, json).end(`\ufeff${done(id)}`)],
  ['a list', (response, id) => response.writeHead(200, json).end(` [${done(99)}, ${done(id)}]`)],
])('a call that is answered in %s is done', async (_what, answer) => {
  expect(await called(answer)).toEqual({ text: 'done', isError: false });
});

test('an answer in a list that cannot be read fails the call, for the model to read', async () => {
  const answer = (response: ServerResponse, id: number) =>
    response.writeHead(200, json).end(`[${done(99)}, {"jsonrpc":"2.0","id":${id},"result":"x"}]`);
  expect(await called(answer)).toEqual({
    text: expect.stringContaining('the answer of the tool server is not valid JSON-RPC'),
    isError: true,
  });
});

test('the rest of a stream that can be resumed is waited for', async () => {
  let call = 0;
  const answer = (response: ServerResponse, id: number) => {
    call = id;
    response.writeHead(200, events).end('id: 1\nretry: 1\ndata:\n\n');
  };
  const rest = (response: ServerResponse) => response.writeHead(200, events).end(`data: ${done(call)}\n\n`);
  expect(await called(answer, rest)).toEqual({ text: 'done', isError: false });
});

const resumable = (response: ServerResponse) =>
  void response.writeHead(200, events).end('id: 1\nretry: 1\ndata:\n\n');

test.each<[string, (response: ServerResponse, lastEvent: string) => void]>([
  ['is not offered', (response) => response.writeHead(405).end()],
  ['is not known', (response) => response.writeHead(404).end()],
  ['is cut off before it begins', (response) => void response.destroy()],
  ['is cut off', (response) => response.writeHead(200, events).write(': x\n\n', () => response.destroy())],
  ['is nothing', (response) => response.writeHead(204).end()],
  ['is taken for something else', (response) => response.writeHead(202).end('x')],
  ['is empty', (response) => response.writeHead(200, events).end()],
  ['is no stream', (response) => response.writeHead(200, json).end('{}')],
  ['holds the answer to another', (response) => response.writeHead(200, events).end(`data: ${done(99)}\n\n`)],
  [
    'has a rest that is not offered',
    (response, lastEvent) =>
      lastEvent === '1'
        ? response.writeHead(200, events).end('id: 2\ndata:\n\n')
        : response.writeHead(405).end(),
  ],
])('a call fails where the rest of its stream %s', async (_what, rest) => {
  expect(await called(resumable, rest)).toEqual({
    text: expect.stringContaining('the tool server ended the exchange without an answer'),
    isError: true,
  });
});

test('the rest of a stream is asked for again, and so is the rest of that', async () => {
  let call = 0;
  const asked: string[] = [];
  const answer = (response: ServerResponse, id: number) => {
    call = id;
    resumable(response);
  };
  const rest = (response: ServerResponse, lastEvent: string) => {
    asked.push(lastEvent);
    if (asked.length % 2 === 1) response.writeHead(503).end();
    else if (lastEvent === '1') response.writeHead(200, events).end('id: 2\ndata:\n\n');
    else response.writeHead(200, events).end(`data: ${done(call)}\n\n`);
  };
  expect(await called(answer, rest)).toEqual({ text: 'done', isError: false });
  expect(asked).toEqual(['1', '1', '2', '2']);
});
