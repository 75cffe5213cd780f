// What no answer of the journal shows.
import { expect, test } from 'vitest';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import { sqliteJournal } from '../../../src/journal/sqlite/sqlite-journal.ts';
import { admission, start } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test('a bucket leaves the file once it is full, and no earlier', async () => {
  const connection = connect(':memory:');
  const journal = sqliteJournal(connection, new FakeClock(start), () => {});
  const rate = { burst: 1, intervalMs: 60_000 };
  const buckets = () => connection.all('SELECT * FROM rates').length;
  await journal.admitTask(admission('a', { rate }));
  expect(buckets()).toBe(1);
  await journal.prune(0, start + 59_999);
  expect(buckets()).toBe(1);
  expect(await journal.peekRate('agent', 'hook', rate, start + 59_999)).toBe(1);
  await journal.prune(0, start + 60_000);
  expect(buckets()).toBe(0);
  expect(await journal.peekRate('agent', 'hook', rate, start + 60_000)).toBe(0);
  await journal.close();
});
