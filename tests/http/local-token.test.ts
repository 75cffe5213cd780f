import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../../src/core/random.ts';
import { LocalToken, localTokenPath } from '../../src/http/local-token.ts';

const noLog = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-token-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const data = () => join(folder, 'data');
const path = () => localTokenPath(data());
const inFile = () => [readFileSync(path(), 'utf8').trim(), statSync(path()).mode & 0o777];
const made = () => new LocalToken(data(), systemRandom);
/** Of a process that has got its journal. */
function settled(): string {
  const token = made();
  token.settle(noLog);
  return token.value;
}

test('a new token is written once it is settled, for its owner alone, and is the same from then on', () => {
  const token = made();
  const before = token.value;
  expect(before).toMatch(/^[\w-]{43}$/);
  expect(existsSync(path())).toBe(false);
  token.settle(noLog);
  expect([inFile(), token.value]).toEqual([[before, 0o600], before]);
  expect(settled()).toBe(before);
});

test('two that own a journal each in one folder have one token, whoever was first', () => {
  const [one, two] = [made(), made()];
  two.settle(noLog);
  one.settle(noLog);
  expect(one.value).toBe(two.value);
  expect(inFile()).toEqual([two.value, 0o600]);
});

test('a token that was copied there becomes its owner’s alone', () => {
  mkdirSync(data());
  const token = 'a-token-that-somebody-has-put-there';
  writeFileSync(path(), `${token}\n`);
  chmodSync(path(), 0o644);
  expect(settled()).toBe(token);
  expect(inFile()).toEqual([token, 0o600]);
});

test('what a write that was cut off has left is made anew', () => {
  mkdirSync(data());
  writeFileSync(path(), 'half');
  chmodSync(path(), 0o644);
  const token = settled();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(inFile()).toEqual([token, 0o600]);
});

test('a token that nobody could send, and one that can be neither read nor written, name their file', () => {
  mkdirSync(path(), { recursive: true });
  expect(settled).toThrow(`Cannot read the token in ${path()}: EISDIR`);
  rmSync(path(), { recursive: true });
  writeFileSync(path(), `${'words '.repeat(9)}\n`);
  expect(settled).toThrow(`Cannot use the token in ${path()}: it has characters that no header can carry`);
  rmSync(data(), { recursive: true });
  writeFileSync(data(), 'a file');
  expect(settled).toThrow(/ENOTDIR|EEXIST/);
});
