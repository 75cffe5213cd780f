import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../../src/core/random.ts';
import { localToken, localTokenPath } from '../../src/http/local-token.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-token-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const made = () => localToken(join(folder, 'data'), systemRandom);
const path = () => localTokenPath(join(folder, 'data'));
const mode = () => statSync(path()).mode & 0o777;

test('a new token is written when it is kept, for its owner alone, and is the same from then on', () => {
  const { token, keep } = made();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(existsSync(path())).toBe(false);
  keep();
  expect([readFileSync(path(), 'utf8').trim(), mode()]).toEqual([token, 0o600]);
  expect(made().token).toBe(token);
});

test('a token that was copied there becomes its owner’s alone', () => {
  mkdirSync(join(folder, 'data'));
  const token = 'a-token-that-somebody-has-put-there';
  writeFileSync(path(), `${token}\n`, { mode: 0o644 });
  const known = made();
  known.keep();
  expect([known.token, mode()]).toEqual([token, 0o600]);
});

test('what a write that was cut off has left is made anew', () => {
  mkdirSync(join(folder, 'data'));
  writeFileSync(path(), 'half', { mode: 0o644 });
  const { token, keep } = made();
  keep();
  expect([readFileSync(path(), 'utf8').trim(), mode()]).toEqual([token, 0o600]);
});

test('a token that nobody could send, and one that cannot be read, name their file', () => {
  mkdirSync(path(), { recursive: true });
  expect(made).toThrow(`Cannot read the token in ${path()}: EISDIR`);
  rmSync(path(), { recursive: true });
  writeFileSync(path(), `${'words '.repeat(9)}\n`);
  expect(made).toThrow(`Cannot use the token in ${path()}: it has characters that no header can carry`);
});
