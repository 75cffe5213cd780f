// What may run next is found by an index, whatever number of rows may not. A plan that scans a table, or sorts,
// would pass every other test and fail at a hundred thousand rows.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import type { Connection } from '../../../src/journal/sqlite/connection.ts';
import { sqliteJournal } from '../../../src/journal/sqlite/sqlite-journal.ts';
import {
  admission,
  claimOne,
  claimOneDelivery,
  complete,
  newDelivery,
  start,
} from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordStatements } from './recorded-statements.ts';

// Another one of the same schema: the driver leaves an EXPLAIN of a write under way.
let explaining: Connection;
let journal: Journal;
let statements: ReturnType<typeof recordStatements>;

beforeEach(() => {
  explaining = connect(':memory:');
  statements = recordStatements(connect(':memory:'));
  journal = sqliteJournal(statements.connection, new FakeClock(start), () => {});
});
afterEach(async () => {
  await journal.close();
  explaining.close();
});

/** Tables with a row for each agent, trigger or endpoint, or for a batch. */
const smallScan = /^SCAN (depths|rates|newest_task|endpoints|open|CONSTANT ROW|\(subquery-\d+\))/;
/** Reads the first row of an index. */
const stepOfOrder = /^SCAN \w+ USING (COVERING )?INDEX \w+_(timed|expiring)$/;

/** The steps of all statements that `work` ran which read more than they must. */
async function wasteful(work: () => Promise<unknown>): Promise<string[]> {
  statements.clear();
  await work();
  expect(statements.all().length).toBeGreaterThan(0);
  return statements.all().flatMap((sql) =>
    explaining
      .all(`EXPLAIN QUERY PLAN ${sql}`)
      .map((row) => String(row.detail))
      .filter((step) => /^SCAN |TEMP B-TREE/.test(step) && !smallScan.test(step))
      .filter((step) => !(sql.endsWith('LIMIT 1') && stepOfOrder.test(step)))
      .map((step) => `${step} in ${sql}`),
  );
}

test('admission, with every check', async () => {
  const rich = admission('a', {
    instant: start,
    repeat: { keys: ['k'], until: start + 1 },
    rate: { burst: 5, intervalMs: 1 },
    hourly: 5,
    coalesce: { key: 'c', count: 0 },
    task: { group: 'g', dueAt: start + 1 },
  });
  expect(await wasteful(() => journal.admitTask(rich))).toEqual([]);
  const joining = admission('b', { coalesce: { key: 'c', count: 1 } });
  expect(await wasteful(() => journal.admitTask(joining))).toEqual([]);
  for (const overlap of ['skip', 'queue', 'replace'] as const) {
    const overlapping = admission(overlap, { overlap, task: { group: 'g' } });
    expect(await wasteful(() => journal.admitTask(overlapping))).toEqual([]);
  }
});

test('claims, outcomes, releases and cancellations of tasks', async () => {
  for (const id of ['a', 'b', 'c']) await journal.admitTask(admission(id, { task: { group: 'g' } }));
  const work = async () => {
    const task = await claimOne(journal);
    await journal.recordStart({ taskId: task.id, fence: task.fence, at: start, deliveries: [] });
    await journal.requeueTask({ taskId: task.id, fence: task.fence, at: start, crashed: true });
    await complete(journal, await claimOne(journal), start, [newDelivery('msg_1')]);
    await journal.cancelWaiting({ taskId: 'c', at: start, reason: 'operator', deliveries: [] });
    await journal.findRepeat('agent', 'hook', ['k'], start);
    await journal.coalesceCount('agent', 'hook', 'k', start);
    await journal.queueDepths();
  };
  expect(await wasteful(work)).toEqual([]);
});

test('claims, settlements, burials and replays of deliveries', async () => {
  for (const id of ['msg_1', 'msg_2']) await journal.addDelivery(newDelivery(id));
  const work = async () => {
    const claimed = await claimOneDelivery(journal);
    const attempt = { at: start, status: 500, durationMs: 1, error: undefined, answer: undefined };
    const next = { status: 'backoff', nextAttemptAt: start + 1 } as const;
    const { fence } = claimed;
    await journal.settleDelivery({ id: 'msg_1', fence, at: start, attempt, counts: true, next });
    await journal.endpointsWithWork();
    await journal.buryDeliveries('agent/ops', 'removed', start);
    await journal.replayDelivery('msg_1', start, start + 1);
  };
  expect(await wasteful(work)).toEqual([]);
});

test('promotion and the next due time', async () => {
  await journal.admitTask(admission('a', { task: { dueAt: start + 1 } }));
  await journal.addDelivery(newDelivery('msg_1', { expiresAt: start + 1 }));
  const work = async () => {
    await journal.nextDueAt();
    await journal.promoteDue(start + 1);
    await journal.waitsFromAfter(start);
    await journal.restartWaits(start, start);
  };
  expect(await wasteful(work)).toEqual([]);
});

const taskFilters = [
  {},
  { agent: 'a' },
  { agent: 'a', trigger: 't' },
  { status: 'queued' },
  { agent: 'a', status: 'failed' },
  { since: start },
  { agent: 'a', status: 'failed', since: start },
] as const;
const deliveryFilters = [
  {},
  { agent: 'a' },
  { notification: 'n' },
  { agent: 'a', notification: 'n' },
  { taskId: 't' },
  { status: 'dead' },
  { status: 'waiting' },
  { status: 'pending', since: start },
] as const;
const skipFilters = [
  {},
  { agent: 'a' },
  { agent: 'a', trigger: 't' },
  { reason: 'paused' },
  { since: start },
] as const;

/** A list walks an index backwards and stops at its limit: no sorting, and a scan only along the order itself. */
async function sorting(list: () => Promise<unknown>): Promise<string[]> {
  return (await wasteful(list)).filter(
    (step) => !/^SCAN \w+ USING (COVERING )?INDEX \w+_(by_time|waiting) /.test(step),
  );
}

test.each(taskFilters)('list of tasks by %o', async (filter) => {
  const { next } = await firstPage();
  expect(await sorting(() => journal.listTasks({ ...filter, limit: 5 }))).toEqual([]);
  expect(await sorting(() => journal.listTasks({ ...filter, limit: 5, cursor: next }))).toEqual([]);
});

test.each(deliveryFilters)('list of deliveries by %o', async (filter) => {
  const { next } = await firstPage();
  expect(await sorting(() => journal.listDeliveries({ ...filter, limit: 5 }))).toEqual([]);
  expect(await sorting(() => journal.listDeliveries({ ...filter, limit: 5, cursor: next }))).toEqual([]);
});

test.each(skipFilters)('list of skips by %o', async (filter) => {
  expect(await sorting(() => journal.listSkips({ ...filter, limit: 5 }))).toEqual([]);
});

async function firstPage() {
  for (const id of ['a', 'b']) await journal.admitTask(admission(id));
  return journal.listTasks({ limit: 1 });
}

test('retention', async () => {
  await journal.skip({ agent: 'agent', trigger: 'hook', reason: 'paused', at: start });
  // The one scan is of a batch of events, which is found by number.
  expect(await wasteful(() => journal.prune(start, start))).toEqual([]);
});
