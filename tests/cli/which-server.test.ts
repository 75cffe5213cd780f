// Which server a command asks, and with which token: never another one than is meant.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RecordingServer, recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

let cwd = '';
let server: RecordingServer;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'callboard-which-'));
  server = await recordingServer(() => ({ status: 200, body: '{"items":[],"next":null}' }));
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(cwd, { recursive: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), text);
}

const config = () => `agents: { a: { type: echo } }\nserver: { port: ${server.port} }\n`;
const needsVariable = () => `${config()}name: "\${NOT_IN_THIS_SHELL}"\n`;
const tasks = (...args: string[]) => runCommand(['tasks', ...args], { asksServer: false, cwd });
const asked = () => server.requests.map(({ headers }) => headers.authorization);

test.each(['callboard.yaml', 'config.yaml', '.hector/config.yaml'])(
  'the server of %s, which run would find',
  async (name) => {
    write(name, config());
    write('data/api-token', 'local\n');
    expect(await tasks()).toEqual({ code: 0, out: 'none\n', err: '' });
    expect(asked()).toEqual(['Bearer local']);
  },
);

test('a config that leaves the port open names no server', async () => {
  write('callboard.yaml', 'agents: { a: { type: echo } }\nserver: { port: 0 }\n');
  write('data/api-token', 'local\n');
  const { code, err } = await tasks();
  expect(code).toBe(1);
  expect(err).toContain(
    'the config says port 0, which is another one at each start: name the address with --url',
  );
  expect(await tasks('--url', server.url)).toMatchObject({ code: 0 });
});

test.each([
  ['that is not there', 'typo.yaml', 'typo.yaml:1:1: the file cannot be read'],
  ['that is wrong', 'wrong.yaml', 'wrong.yaml:1:'],
  ['whose variable is missing', 'variable.yaml', 'NOT_IN_THIS_SHELL'],
])('a config %s names no server', async (_, name, reason) => {
  write('data/api-token', 'local\n');
  write('wrong.yaml', 'agents: { 1: 2 }\n');
  write('variable.yaml', needsVariable());
  const { code, out, err } = await tasks('--config', name);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(
    'callboard: cannot tell which server is meant, name its address with --url, and its token with --token or its folder with --data: ',
  );
  expect(err).toContain(reason);
  expect((await tasks('--config', name, '--token', 'x')).err).toContain('name its address with --url: ');
  const withUrl = await tasks('--config', name, '--url', server.url);
  expect(withUrl.code).toBe(2);
  expect(withUrl.err).toContain('name its token with --token or its folder with --data: ');
  expect(asked()).toEqual([]);
});

test('a config that nobody named and that is wrong, alone and beside an address', async () => {
  write('callboard.yaml', needsVariable());
  expect((await tasks()).code).toBe(2);
  expect((await tasks('--url', server.url)).code).toBe(1);
  expect(asked()).toEqual([]);
});

test.each([
  ['that is not there', ['--config', 'typo.yaml'], 'typo.yaml:1:1: the file cannot be read'],
  ['that is wrong', [], 'NOT_IN_THIS_SHELL'],
])('a config %s names no journal to copy', async (_, args, reason) => {
  write('callboard.yaml', needsVariable());
  const { code, err } = await runCommand(['backup', 'copy.db', ...args], { asksServer: false, cwd });
  expect(code).toBe(2);
  expect(err).toContain('callboard: cannot tell where the journal is, name its folder with --data: ');
  expect(err).toContain(reason);
});

test('what is given needs no config', async () => {
  write('callboard.yaml', needsVariable());
  write('else/where/api-token', 'other\n');
  const here = ['--url', server.url];
  await tasks(...here, '--token', 'given');
  await tasks(...here, '--data', 'else/where');
  await tasks(...here, '--data', join(cwd, 'else', 'where'));
  expect(asked()).toEqual(['Bearer given', 'Bearer other', 'Bearer other']);
});

test('without a config the folder of data is the usual one, or the one that is named', async () => {
  write('data/api-token', 'local\n');
  write('other/api-token', 'other\n');
  await tasks('--url', server.url);
  await tasks('--url', server.url, '--data', join(cwd, 'other'));
  expect(asked()).toEqual(['Bearer local', 'Bearer other']);
});
