// What a start shows can be typed, or pasted into a shell, as it stands.
import { execFileSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { serverAddress } from '../../src/cli/server-address.ts';
import { shellWord } from '../../src/cli/shell-word.ts';
import { startTable, tryNext } from '../../src/cli/start-screen.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { planOf } from '../support/runtime.ts';

const clock = new FakeClock();
const plan = planOf(
  'agents:\n  open: { type: echo, trigger: { type: webhook, path: "/it\'s" } }\n  byhand: { type: echo }\n',
  clock,
);
const url = 'http://127.0.0.1:8080';
const program = 'node dist/main.js';

/** The lines to try, without colours. */
function tried(path: string, cwd: string, of = plan): string[] {
  const text = tryNext({ ...of, journal: { ...of.journal, path } }, { url, program, cwd });
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim());
}

test.each([
  ['plain/data-1.2', 'plain/data-1.2'],
  ['my data', "'my data'"],
  ["it's $HOME", "'it'\\''s $HOME'"],
  ['', "''"],
  ['a;b', "'a;b'"],
])('the word %j', (word, quoted) => {
  expect(shellWord(word)).toBe(quoted);
  expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoted}`]).toString()).toBe(word);
});

test.each([
  ['/home/ada/data/callboard.db', 'data'],
  ['/home/ada/callboard.db', '.'],
  ['/home/ada/my data/callboard.db', "'my data'"],
  ['/srv/my data/callboard.db', "'/srv/my data'"],
])('the tasks of the journal %s', (path, folder) => {
  expect(tried(path, '/home/ada')).toContain(`node dist/main.js tasks --url ${url} --data ${folder}`);
});

test('a call of an open webhook is quoted where it has to be', () => {
  expect(tried('/d/callboard.db', '/').find((line) => line.startsWith('curl'))).toMatch(
    / 'http:\/\/127\.0\.0\.1:8080\/it'\\''s'$/,
  );
});

test('an agent without triggers is started by the program as it was called', () => {
  expect(startTable(plan, clock.now(), program)).toContain('node dist/main.js trigger --agent byhand');
});

test.each([
  ['0.0.0.0', 'http://127.0.0.1:80'],
  ['::', 'http://[::1]:80'],
  ['::1', 'http://[::1]:80'],
  ['10.0.0.1', 'http://10.0.0.1:80'],
  ['localhost', 'http://localhost:80'],
])('the server of %s is asked at %s', (host, address) => {
  expect(serverAddress({ host, port: 80, tls: undefined })).toBe(address);
});
