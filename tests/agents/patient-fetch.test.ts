import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { patientFetch } from '../../src/agents/patient-fetch.ts';
import { closeServer, listen } from '../support/listen.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await closeServer(server);
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return `http://127.0.0.1:${await listen(server)}`;
}

const headersOf = ({ headers }: IncomingMessage) => JSON.stringify(headers);

test('asks for an answer as it is', async () => {
  const origin = await serve((request, answer) => answer.end(headersOf(request)));
  const answer = await patientFetch(origin, { headers: { 'X-One': '1' } });
  expect(await answer.json()).toMatchObject({ 'accept-encoding': 'identity', 'x-one': '1' });
});

test.each([
  ['gzip', gzipSync],
  ['X-Gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
])('reads one that comes compressed by %s all the same', async (encoding, compress) => {
  const origin = await serve((_, answer) =>
    answer.writeHead(200, { 'content-encoding': encoding }).end(compress('snow ❄')),
  );
  const answer = await patientFetch(origin, {});
  expect([await answer.text(), answer.headers.get('content-encoding')]).toEqual(['snow ❄', null]);
});

test('one that is compressed and breaks off fails', async () => {
  const bytes = gzipSync('snow');
  const origin = await serve((_, answer) =>
    answer
      .writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length })
      .write(bytes.subarray(0, 5), () => answer.destroy()),
  );
  await expect((await patientFetch(origin, {})).text()).rejects.toThrow('fetch failed');
});

test.each([204, 205, 304])('one of status %i has no body', async (status) => {
  const origin = await serve((_, answer) => answer.writeHead(status, { 'x-kind': 'none' }).end());
  const answer = await patientFetch(origin, {});
  expect([answer.status, answer.body, answer.headers.get('x-kind')]).toEqual([status, null, 'none']);
});

test('follows a redirect with its body, and tells another origin no key', async () => {
  const seen: unknown[] = [];
  const note = async (request: IncomingMessage) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push([request.method, request.url, body, request.headers.authorization]);
  };
  const other = await serve(async (request, answer) => {
    await note(request);
    answer.end('there');
  });
  const origin = await serve(async (request, answer) => {
    await note(request);
    const location = request.url === '/old' ? '/new' : `${other}/other`;
    answer.writeHead(307, { location }).end();
  });
  const headers = { authorization: 'Bearer key' };
  const answer = await patientFetch(`${origin}/old`, { method: 'POST', body: 'b', headers });
  expect(await answer.text()).toBe('there');
  expect(seen).toEqual([
    ['POST', '/old', 'b', 'Bearer key'],
    ['POST', '/new', 'b', 'Bearer key'],
    ['POST', '/other', 'b', undefined],
  ]);
});

test('gives up on redirects without end', async () => {
  const origin = await serve((_, answer) => answer.writeHead(307, { location: '/' }).end());
  await expect(patientFetch(origin, {})).rejects.toThrow('fetch failed');
});

test('ends when it is aborted, before the answer and within its body', async () => {
  const controller = new AbortController();
  const origin = await serve((request, answer) => {
    if (request.url === '/body') answer.write('half');
    else controller.abort(new Error('enough'));
  });
  await expect(patientFetch(origin, { signal: controller.signal })).rejects.toThrow('enough');
  const another = new AbortController();
  const answer = await patientFetch(`${origin}/body`, { signal: another.signal });
  another.abort(new Error('enough'));
  await expect(answer.text()).rejects.toThrow('enough');
});
