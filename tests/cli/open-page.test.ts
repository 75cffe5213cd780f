import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPage } from '../../src/cli/open-page.ts';
import type { Log } from '../../src/core/log.ts';

let folder: string;
const said: string[] = [];
const note = (message: string) => void said.push(message);
const log: Log = { debug: note, info: note, warn: note, error: note };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-page-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the token goes by way of a private file, and not into the address that is opened', async () => {
  const path = join(folder, 'inspect.html');
  // One that somebody else could read keeps nobody's token.
  writeFileSync(path, 'old', { mode: 0o644 });
  const opened: string[] = [];
  const open = async (address: string) => void opened.push(address);
  await openPage({ url: 'http://127.0.0.1:8080/inspect#token=secret', folder, log, open });
  expect(opened.map((address) => fileURLToPath(address))).toEqual([path]);
  expect(readFileSync(path, 'utf8')).toContain('url=http://127.0.0.1:8080/inspect#token=secret"');
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  expect(said).toEqual([]);
});

test('where there is no browser the log says so', async () => {
  const open = async () => {
    throw new Error('no such program');
  };
  await openPage({ url: 'http://127.0.0.1:8080/inspect', folder, log, open });
  expect(said).toEqual(['no browser could be opened']);
});
