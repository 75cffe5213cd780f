import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import {
  JournalInUse,
  JournalOpenError,
  JournalTooNew,
  NotAJournal,
} from '../../../src/journal/sqlite/errors.ts';
import { initial } from '../../../src/journal/sqlite/migrations/0001_initial.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { admission, start, statusOf } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { buildAdmitter, startChild } from './child.ts';
import { rawChange, rawRows } from './raw.ts';

let folder: string;
let path: string;
const opened: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-open-'));
  path = join(folder, 'data', 'deep', 'callboard.db');
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

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('the folder is made, and only the owner of the files may read them', async () => {
  const before = process.umask(0);
  try {
    const journal = await open();
    await journal.admitTask(admission('a'));
    for (const suffix of ['', '-wal', '-shm', '.lock', '.owner']) expect(modeOf(path + suffix)).toBe('600');
    expect(modeOf(dirname(path))).toBe('700');
  } finally {
    process.umask(before);
  }
});

test('files that others could read are closed to them', async () => {
  await (await open()).close();
  const files = ['', '-wal', '-shm'].map((suffix) => path + suffix);
  for (const file of files) {
    writeFileSync(file, '', { flag: 'a' });
    chmodSync(file, 0o644);
  }
  await open();
  expect(files.map(modeOf)).toEqual(['600', '600', '600']);
});

test('every commit is synced', () => {
  mkdirSync(dirname(path), { recursive: true });
  const connection = connect(path);
  expect(connection.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
  expect(connection.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
  connection.close();
});

test('every probe writes, also two within one millisecond', async () => {
  const journal = await open();
  await journal.probe(start);
  const before = statSync(`${path}-wal`).size;
  await journal.probe(start);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(before);
});

test('what was written is there after closing and opening, in one file', async () => {
  const journal = await open();
  await journal.admitTask(admission('a'));
  await journal.close();
  expect(existsSync(`${path}.owner`)).toBe(false);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  expect(await statusOf(await open(), 'a')).toBe('queued');
});

test('a held task whose predecessor is gone is released by recovery', async () => {
  const journal = await open();
  for (const id of ['a', 'b', 'c']) await journal.admitTask(admission(id, { task: { group: 'g' } }));
  await journal.close();
  rawChange(path, "DELETE FROM tasks WHERE id = 'a'");
  const restarted = await open();
  await restarted.recover(start);
  const tasks = await restarted.claimTasks({ agent: 'agent', limit: 9, now: start });
  expect(tasks.map((task) => task.id)).toEqual(['b']);
});

test('a second journal on the file fails at once, by any name of it, and says who has it', async () => {
  const journal = await open();
  symlinkSync(path, join(folder, 'link.db'));
  for (const name of [path, join(folder, 'link.db'), join(dirname(path), '..', 'deep', 'callboard.db')]) {
    await expect(open(name)).rejects.toThrow(JournalInUse);
    await expect(open(name)).rejects.toMatchObject({ owner: { pid: process.pid, host: hostname() } });
  }
  // The failed attempts did not loosen the lock.
  await expect(open()).rejects.toThrow(`in use by process ${process.pid} on "${hostname()}"`);
  await journal.close();
  await open();
});

test('another process cannot have it either, until its owner is killed', { timeout: 30_000 }, async () => {
  const program = await buildAdmitter();
  const admitter = join(program, 'admitter.mjs');
  const owner = startChild(process.execPath, [admitter, path, 'a']);
  await owner.printed(2);
  await expect(open()).rejects.toMatchObject({ owner: { pid: owner.process.pid } });
  const second = startChild(process.execPath, [admitter, path, 'b']);
  await second.closed;
  expect(second.lines()).toEqual([expect.stringContaining(`in use by process ${owner.process.pid} on`)]);
  expect(second.process.exitCode).toBe(1);
  owner.process.kill('SIGKILL');
  await owner.closed;
  expect(readFileSync(`${path}.owner`, 'utf8')).toContain(String(owner.process.pid));
  expect(await statusOf(await open(), 'a-0-0')).toBe('queued');
  rmSync(program, { recursive: true });
});

test('a file of the first schema is brought to the newest, with its rows', async () => {
  mkdirSync(dirname(path), { recursive: true });
  rawChange(path, `${initial} PRAGMA application_id = 0x43414c4c; PRAGMA user_version = 1;`);
  rawChange(
    path,
    `INSERT INTO tasks (id, agent, trigger, trigger_type, status, stage, created_at, input)
     VALUES ('old', 'agent', 'hook', 'webhook', 'queued', 'ready', 0, 'kept')`,
  );
  rawChange(
    path,
    `INSERT INTO deliveries (id, task_id, agent, notification, event, endpoint, status, stage, created_at, expires_at, url, body)
     VALUES ('msg', 'old', 'agent', 'callback', 'task.completed', 'callback:x', 'pending', 'ready', 0, 9, 'http://x/', '{}')`,
  );
  const journal = await open();
  expect(await journal.getTask('old')).toMatchObject({
    input: 'kept',
    traceparent: undefined,
    cancelReason: undefined,
  });
  expect(await journal.getDelivery('msg')).toMatchObject({ trigger: 'hook' });
  expect(await journal.claimTasks({ agent: 'agent', limit: 1, now: 1 })).toHaveLength(1);
});

test('a file of a newer program is refused and left as it is', async () => {
  await (await open()).close();
  rawChange(path, 'PRAGMA user_version = 99');
  await expect(open()).rejects.toThrow(JournalTooNew);
  await expect(open()).rejects.toThrow('its schema is version 99, and this program knows versions up to 8');
  expect(rawRows(path, 'PRAGMA user_version')).toEqual([{ user_version: 99 }]);
});

test('a file that is no database, or of another program, is refused and left as it is', async () => {
  mkdirSync(dirname(path), { recursive: true });
  const text = 'This is a diary and no database. '.repeat(100);
  writeFileSync(path, text);
  await expect(open()).rejects.toThrow(NotAJournal);
  expect(readFileSync(path, 'utf8')).toBe(text);
  rmSync(path);
  rawChange(path, 'CREATE TABLE recipes (name TEXT)');
  const before = readFileSync(path);
  await expect(open()).rejects.toThrow('it is a SQLite database of another program');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a path that cannot be a file says so', async () => {
  const failed = await open(folder).catch((thrown: unknown) => thrown);
  expect(failed).toBeInstanceOf(JournalOpenError);
  expect(failed).toHaveProperty('message', expect.stringContaining(`Cannot open the journal ${folder}`));
});

test('the same program runs under Deno', { timeout: 60_000 }, async () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const child = startChild(join(root, 'node_modules', '.bin', 'deno'), [
    'run',
    '-A',
    '--no-lock',
    '--node-modules-dir=manual',
    join(root, 'tests/journal/sqlite/fixtures/admitter.ts'),
    path,
    'd',
    '10',
  ]);
  await child.printed(30);
  await expect(open()).rejects.toThrow(JournalInUse);
  child.process.kill('SIGKILL');
  await child.closed;
  const journal = await open();
  for (const id of child.lines().slice(1)) expect(await statusOf(journal, id)).toBe('queued');
});
