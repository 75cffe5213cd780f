import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connection } from '../../../src/journal/sqlite/connection.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { start } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeRandom } from '../../support/fake-random.ts';
import { buildAdmitter, startChild } from './child.ts';
import { rawRows } from './raw.ts';

let folder: string;
beforeAll(async () => {
  folder = await buildAdmitter();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what was acknowledged before kill -9 is there afterwards, ten times', { timeout: 60_000 }, async () => {
  const path = join(folder, 'data', 'callboard.db');
  const random = fakeRandom(7);
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < 10; kill += 1) {
    const groupSize = kill % 2 === 0 ? 1 : 30;
    const child = startChild(process.execPath, [
      join(folder, 'admitter.mjs'),
      path,
      `k${kill}`,
      String(groupSize),
    ]);
    await child.printed(2 + Math.floor(random.next() * 40 * groupSize));
    child.process.kill('SIGKILL');
    await child.closed;
    const [first, ...ids] = child.lines();
    // A journal whose owner was killed is free again at once.
    expect(first).toBe('open');
    for (const id of ids) acknowledged.add(id);
    expect(rawRows(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  }
  const found = new Set(rawRows(path, 'SELECT id FROM tasks').map((row) => row.id));
  expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(50);

  const journal = await openSqliteJournal({ path, clock: new FakeClock(start) });
  expect(await journal.queueDepths()).toMatchObject([{ waiting: found.size, running: 0 }]);
  expect(await journal.claimTasks({ agent: 'agent', limit: found.size + 1, now: start })).toHaveLength(
    found.size,
  );
  await journal.close();
});

test('a start waits for somebody who is just done with the file', async () => {
  const path = join(folder, 'looked-into', 'callboard.db');
  const admit = async (whenStarted: () => Promise<void>) => {
    const child = startChild(process.execPath, [join(folder, 'admitter.mjs'), path, 'k']);
    await whenStarted();
    await child.printed(1);
    child.process.kill('SIGKILL');
    await child.closed;
    return child.lines()[0];
  };
  expect(await admit(async () => {})).toBe('open');
  rmSync(`${path}.owner`);
  const somebody = new Connection(path);
  somebody.exec('PRAGMA locking_mode = EXCLUSIVE');
  somebody.exec('BEGIN EXCLUSIVE');
  const again = await admit(async () => {
    // Who owns it is written just before the file is opened.
    await expect.poll(() => existsSync(`${path}.owner`), { timeout: 10_000 }).toBe(true);
    somebody.close();
  });
  expect(again).toBe('open');
});
