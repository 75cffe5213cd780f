// What a command says of an address, a token or an answer that it cannot use: a message, never a stack.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closeServer, listen } from '../support/listen.ts';
import { recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

const emptyList = { status: 200, body: '{"items":[],"next":null}' };

test.each([
  ['foo', '--url is "foo" instead of an address like http://127.0.0.1:8080'],
  ['localhost:8080', '--url is "localhost:8080" instead of an address like'],
  ['ftp://127.0.0.1', '--url is "ftp://127.0.0.1" instead of an address like'],
  ['http://ada:secret@127.0.0.1', '--url holds a login; calls carry the token alone'],
  ['http://127.0.0.1/?a=1#b', '--url ends with "?a=1#b", which no path can follow'],
])('--url %s', async (url, reason) => {
  const { code, out, err } = await runCommand(['tasks', '--url', url]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`callboard: ${reason}`);
  expect(err).toContain('\nusage: callboard tasks');
});

test.each(['', '/', '/behind/a/proxy', '/behind/a/proxy/'])('--url with the path "%s"', async (prefix) => {
  await using server = await recordingServer(() => emptyList);
  const { code } = await runCommand(['tasks', '--url', `${server.url}${prefix}`]);
  expect(code).toBe(0);
  expect(server.requests.map(({ path }) => path)).toEqual([
    `${prefix.replace(/\/$/, '')}/api/tasks?limit=50`,
  ]);
});

test('a server on a port that browsers keep away from', async () => {
  const server = createServer((_, response) => response.end(emptyList.body));
  const url = `http://127.0.0.1:${await listenOnBadPort(server)}`;
  const answered = await runCommand(['tasks', '--url', url]);
  server.closeAllConnections();
  await closeServer(server);
  expect(answered).toEqual({ code: 0, out: 'none\n', err: '' });
});

/** Any of those that `fetch` refuses; another program may have one of them. */
async function listenOnBadPort(server: Server): Promise<number> {
  for (const port of [10080, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697]) {
    try {
      return await listen(server, port);
    } catch {}
  }
  throw new Error('none of the ports is free');
}

test('a server that has moved is followed, and nobody else is told the token', async () => {
  await using other = await recordingServer(() => emptyList);
  await using server = await recordingServer(({ path }) => {
    const moved = path.startsWith('/old/') ? path.replace('/old', '') : `${other.url}${path}`;
    return { status: 307, headers: { location: moved } };
  });
  const { code } = await runCommand(['trigger', '--agent', 'a', '--url', `${server.url}/old`]);
  expect(code).toBe(1);
  const seen = [...server.requests, ...other.requests];
  expect(seen.map(({ path, method, body, headers }) => [path, method, body, headers.authorization])).toEqual([
    ['/old/api/tasks', 'POST', '{"agent":"a","input":""}', 'Bearer any'],
    ['/api/tasks', 'POST', '{"agent":"a","input":""}', 'Bearer any'],
    ['/api/tasks', 'POST', '{"agent":"a","input":""}', undefined],
  ]);
});

test('a server that is not there', async () => {
  const gone = await recordingServer();
  await gone[Symbol.asyncDispose]();
  const { code, out, err } = await runCommand(['tasks', '--url', gone.url]);
  expect({ code, out, err }).toEqual({
    code: 1,
    out: '',
    err: `callboard: cannot reach ${gone.url}: connect ECONNREFUSED 127.0.0.1:${gone.port}; is Callboard running?\n`,
  });
});

test.each(['two\nlines', 'a\r\nx-other: header', 'an “ellipsis”…'])('--token %j', async (token) => {
  const { code, err } = await runCommand(['tasks', '--url', 'http://127.0.0.1:9', '--token', token], {
    asksServer: false,
  });
  expect(code).toBe(2);
  expect(err).toContain(
    'callboard: --token holds a character that no header can carry, such as the end of a line\n',
  );
});

test('a token with the end of its own line is taken', async () => {
  await using server = await recordingServer(() => emptyList);
  const { code } = await runCommand(['tasks', '--url', server.url, '--token', 'any\r\n'], {
    asksServer: false,
  });
  expect(code).toBe(0);
  expect(server.requests[0]?.headers.authorization).toBe('Bearer any');
});

test('a file with another thing than a token', async () => {
  const data = mkdtempSync(join(tmpdir(), 'callboard-token-'));
  const path = join(data, 'api-token');
  writeFileSync(path, 'two\nlines\n');
  const { code, err } = await runCommand(['tasks', '--url', 'http://127.0.0.1:9', '--data', data], {
    asksServer: false,
  });
  rmSync(data, { recursive: true });
  expect(code).toBe(1);
  expect(err).toBe(
    `callboard: the token ${path} holds a character that no header can carry, such as the end of a line\n`,
  );
});

test.each([
  ['tasks', '{"hello":"world"}', 'items: Invalid input: expected array, received undefined'],
  ['deliveries', '{"items":[1],"next":null}', 'items: 0: Invalid input: expected record, received number'],
  ['notifications', '[]', 'Invalid input: expected object, received array'],
  ['trigger --agent a', '{"id":1}', 'id: Invalid input: expected string, received number'],
  ['tasks show t', '', 'Invalid input: expected record, received undefined'],
  ['deliveries replay', '"3"', 'Invalid input: expected record, received string'],
  ['notifications test a/n', 'null', 'Invalid input: expected record, received null'],
])('%s of a server that answers %s', async (line, body, reason) => {
  await using server = await recordingServer(() => ({ status: 200, body }));
  const { code, out, err } = await runCommand([...line.split(' '), '--url', server.url]);
  expect({ code, out, err }).toEqual({
    code: 1,
    out: '',
    err: `callboard: ${server.url} does not answer as Callboard does: ${reason}\n`,
  });
});
