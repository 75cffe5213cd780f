// What a command says of an address, a token or an answer that it cannot use: a message, never a stack.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
