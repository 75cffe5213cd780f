import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { BackupError, backupSqliteJournal } from '../../../src/journal/sqlite/backup.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { admission, start, statusOf } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { rawRows } from './raw.ts';

vi.mock('node:fs', { spy: true });
const real = await vi.importActual<typeof import('node:fs')>('node:fs');

let folder: string;
let path: string;
const opened: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-backup-'));
  path = join(folder, 'data', 'callboard.db');
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  rmSync(folder, { recursive: true });
});

async function open(at = path): Promise<Journal> {
  const journal = await openSqliteJournal({ path: at, clock: new FakeClock(start) });
  opened.push(journal);
  return journal;
}

test('a copy of a live journal is a private journal that holds what was committed', async () => {
  const before = process.umask(0);
  try {
    const journal = await open();
    await journal.admitTask(admission('a'));
    const copy = join(folder, "it's a copy.db");
    backupSqliteJournal(path, copy);
    await journal.admitTask(admission('b'));
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    expect(rawRows(copy, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const restored = await open(copy);
    expect(await statusOf(restored, 'a')).toBe('queued');
    expect(await statusOf(restored, 'b')).toBeUndefined();
  } finally {
    process.umask(before);
  }
});

test('a journal that nobody runs is copied as it is', async () => {
  const journal = await open();
  await journal.admitTask(admission('a'));
  await journal.close();
  const copy = join(folder, 'copy.db');
  backupSqliteJournal(path, copy);
  expect(await statusOf(await open(copy), 'a')).toBe('queued');
});

test('a file that is there is never replaced, and a copy that fails leaves nothing', async () => {
  await open();
  const taken = join(folder, 'taken.db');
  writeFileSync(taken, 'precious');
  expect(() => backupSqliteJournal(path, taken)).toThrow(`${taken} exists already`);
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  expect(() => backupSqliteJournal(path, join(folder, 'no', 'folder.db'))).toThrow(BackupError);
  const copy = join(folder, 'copy.db');
  expect(() => backupSqliteJournal(join(folder, 'absent.db'), copy)).toThrow('there is no such file');
  expect(() => backupSqliteJournal(taken, copy)).toThrow('not a database');
  expect(readdirSync(folder).sort()).toEqual(['data', 'taken.db']);
});

test('what a copy that was killed has left is gone with the next, and never taken for a copy', async () => {
  await (await open()).admitTask(admission('a'));
  const copy = join(folder, 'copy.db');
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const folders = { dead: `${copy}.partial-${dead}-abcdef`, live: `${copy}.partial-${process.ppid}-abcdef` };
  const others = [`${copy}.partial-notes`, join(folder, `other.db.partial-${dead}-abcdef`)];
  for (const left of [...Object.values(folders), ...others]) {
    mkdirSync(left);
    writeFileSync(join(left, 'copy.db'), 'half');
  }
  backupSqliteJournal(path, copy);
  expect(await statusOf(await open(copy), 'a')).toBe('queued');
  expect([folders.dead, folders.live, ...others].map(existsSync)).toEqual([false, true, true, true]);
});

test('a file that comes while the copy is made is not replaced either', async () => {
  await open();
  const copy = join(folder, 'copy.db');
  vi.mocked(linkSync).mockImplementationOnce((whole, target) => {
    writeFileSync(target, 'precious');
    return real.linkSync(whole, target);
  });
  expect(() => backupSqliteJournal(path, copy)).toThrow(`${copy} exists already`);
  expect(readFileSync(copy, 'utf8')).toBe('precious');
  expect(readdirSync(folder).sort()).toEqual(['copy.db', 'data']);
});

test('a disk that has no links gets its copy too', async () => {
  await (await open()).admitTask(admission('a'));
  vi.mocked(linkSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  });
  const copy = join(folder, 'copy.db');
  backupSqliteJournal(path, copy);
  expect(await statusOf(await open(copy), 'a')).toBe('queued');
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});
