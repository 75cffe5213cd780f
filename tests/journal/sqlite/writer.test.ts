import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalUnavailable } from '../../../src/journal/errors.ts';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import { Connection } from '../../../src/journal/sqlite/connection.ts';
import { sqliteJournal } from '../../../src/journal/sqlite/sqlite-journal.ts';
import { GroupWriter } from '../../../src/journal/sqlite/writer.ts';
import { admission } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let connection: Connection;
let writer: GroupWriter;

beforeEach(() => {
  connection = new Connection(':memory:');
  connection.exec('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
  connection.exec('CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)');
  connection.exec('PRAGMA foreign_keys = ON');
  writer = new GroupWriter(connection, new FakeClock());
});
afterEach(() => connection.close());

const add = (id: number) => writer.write(() => connection.run('INSERT INTO parent VALUES (?)', id).changes);
const ids = () => connection.all('SELECT id FROM parent ORDER BY id').map((row) => row.id);
const outcomes = async (promises: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map((result) =>
    result.status === 'fulfilled' ? 'written' : result.reason.constructor.name,
  );

test('nothing is written before the turn is over, and no promise resolves before it is committed', async () => {
  const committed: boolean[] = [];
  const first = add(1).then(() => committed.push(!connection.inTransaction));
  await Promise.resolve();
  expect(ids()).toEqual([]);
  await first;
  expect(committed).toEqual([true]);
  expect(ids()).toEqual([1]);
});

test('an operation that fails takes back its own writes and no others', async () => {
  const half = writer.write(() => {
    connection.run('INSERT INTO parent VALUES (2)');
    throw new RangeError('no');
  });
  expect(await outcomes([add(1), half, add(1), add(3)])).toEqual([
    'written',
    'RangeError',
    'SqliteError',
    'written',
  ]);
  expect(ids()).toEqual([1, 3]);
});

test('when COMMIT fails, everything of the group fails and nothing of it remains', async () => {
  const orphan = writer.write(() => connection.run('INSERT INTO child VALUES (99)'));
  expect(await outcomes([add(1), orphan, add(2)])).toEqual(Array(3).fill('JournalUnavailable'));
  expect(ids()).toEqual([]);
  expect(connection.inTransaction).toBe(false);
  expect(await outcomes([add(1)])).toEqual(['written']);
});

test('when BEGIN fails, everything of the group fails', async () => {
  const waiting = [add(1), add(2)];
  connection.exec('BEGIN');
  expect(await outcomes(waiting)).toEqual(['JournalUnavailable', 'JournalUnavailable']);
  expect(ids()).toEqual([]);
});

test('a full disk fails the whole group, and the same work goes through when there is room', async () => {
  const full = connect(':memory:');
  const journal = sqliteJournal(full, new FakeClock(), () => {});
  await journal.probe(1);
  const pages = Number(full.get('PRAGMA page_count')?.page_count);
  full.exec(`PRAGMA max_page_count = ${pages}`);
  const large = admission('large', { task: { input: 'x'.repeat(100_000) } });
  const results = await Promise.allSettled([
    journal.admitTask(admission('a')),
    journal.admitTask(large),
    journal.admitTask(admission('b')),
  ]);
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(JournalUnavailable) });
  }
  expect((await journal.listTasks({ limit: 9 })).items).toEqual([]);
  expect(await journal.queueDepths()).toEqual([]);
  full.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
  expect((await journal.admitTask(large)).outcome).toBe('admitted');
  await journal.close();
});

test('a listener hears of what was committed, and of nothing else', async () => {
  const heard: number[] = [];
  writer.onCommit((_ms, operations) => heard.push(operations));
  await outcomes([add(1), add(1)]);
  await outcomes([writer.write(() => connection.run('INSERT INTO child VALUES (99)'))]);
  expect(heard).toEqual([2]);
});

test('what is written while a group commits goes into the next one', async () => {
  const nested: Promise<unknown>[] = [];
  await writer.write(() => {
    nested.push(add(5));
  });
  expect(await outcomes(nested)).toEqual(['written']);
  expect(ids()).toEqual([5]);
});
