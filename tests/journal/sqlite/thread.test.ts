import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InvalidCursor, JournalUnavailable, StaleFence } from '../../../src/journal/errors.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import {
  JournalInUse,
  JournalOpenError,
  JournalTooNew,
  NotAJournal,
} from '../../../src/journal/sqlite/errors.ts';
import { receiveError, sendError } from '../../../src/journal/sqlite/thread/errors.ts';
import { openSqliteJournalThread } from '../../../src/journal/sqlite/thread/open.ts';
import { journalContract } from '../../contracts/journal.ts';
import { admission, claimOne, start } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { buildFixture } from './child.ts';

let built: string;
const folders: string[] = [];
const opened: Journal[] = [];

beforeAll(async () => {
  built = await buildFixture('thread');
});
afterAll(() => rmSync(built, { recursive: true }));
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function open(path = newPath()) {
  const clock = new FakeClock(start);
  const script = pathToFileURL(join(built, 'thread.mjs'));
  const journal = await openSqliteJournalThread({ path, clock, script });
  opened.push(journal);
  return { journal, clock };
}

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-thread-'));
  folders.push(folder);
  return join(folder, 'callboard.db');
}

journalContract('SQLite on a thread of its own', () => open());

test('the waiting tasks are told at once, as of the latest answer', async () => {
  const path = newPath();
  const { journal } = await open(path);
  expect(journal.waitingTasks()).toBe(0);
  await Promise.all(['a', 'b', 'c'].map((id) => journal.admitTask(admission(id))));
  expect(journal.waitingTasks()).toBe(3);
  await claimOne(journal);
  expect(journal.waitingTasks()).toBe(2);
  await journal.close();
  expect((await open(path)).journal.waitingTasks()).toBe(2);
});

test('whoever has the file is told, as without a thread', async () => {
  const path = newPath();
  await open(path);
  const failed = await open(path).catch((thrown: unknown) => thrown);
  expect(failed).toBeInstanceOf(JournalInUse);
  expect(failed).toMatchObject({ owner: { pid: process.pid } });
});

test('a file of a newer program is refused as without a thread', async () => {
  const path = newPath();
  const connection = connect(path);
  connection.exec('PRAGMA user_version = 999');
  connection.close();
  await expect(open(path)).rejects.toThrow(JournalTooNew);
});

test('what is asked after the end is refused, and closing twice is closing once', async () => {
  const { journal } = await open();
  const last = journal.admitTask(admission('a'));
  await journal.close();
  await journal.close();
  expect(await last).toMatchObject({ outcome: 'admitted' });
  await expect(journal.getTask('a')).rejects.toThrow(JournalUnavailable);
});

test('every error of the port keeps its class, message and fields', () => {
  const errors = [
    new JournalUnavailable(new Error('disk full')),
    new StaleFence('task a'),
    new InvalidCursor('x"y'),
    new JournalInUse('/a/b', { pid: 1, host: 'h' }),
    new JournalTooNew('/a/b', 9, 3),
    new NotAJournal('/a/b', 'it is a picture'),
    new JournalOpenError('/a/b', 'no such folder'),
    new Error('anything else'),
  ];
  for (const error of errors) {
    const received = receiveError(structuredClone(sendError(error)));
    expect(received.constructor).toBe(error.constructor);
    const { cause: _, ...fields } = error;
    expect(received).toMatchObject({ ...fields, message: error.message });
  }
});
