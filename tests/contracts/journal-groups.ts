import { expect, test } from 'vitest';
import type { Admission } from '../../src/journal/admission.ts';
import {
  admission,
  admitted,
  claimOne,
  complete,
  fail,
  newDelivery,
  type Opener,
  skipCounts,
  start,
  statusOf,
} from './journal-fixtures.ts';

export function groupContract(open: Opener): void {
  const member = (id: string, overlap?: Admission['overlap'], more: Partial<Admission> = {}) =>
    admission(id, { overlap, ...more, task: { group: 'g', scheduledAt: start } });

  test('tasks of one group run one after another, in the order of their commits', async () => {
    const { journal } = await open();
    const results = await Promise.all(['a', 'b', 'c'].map((id) => journal.admitTask(member(id))));
    expect(results.map((result) => admitted(result).ready)).toEqual([true, false, false]);
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      const tasks = await journal.claimTasks({ agent: 'agent', limit: 9, now: start });
      expect(tasks.map((task) => task.id)).toEqual([id]);
      for (const task of tasks) expect((await complete(journal, task)).released).toBe(index < 2);
    }
  });

  test('groups of two agents, and two groups of one, do not wait for each other', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a'));
    const others = [{ group: 'h' }, { group: 'g', agent: 'other' }, {}];
    for (const [index, task] of others.entries()) {
      expect(admitted(await journal.admitTask(admission(`o${index}`, { task }))).ready).toBe(true);
    }
  });

  test('every end releases the next one: failed, cancelled by its worker, cancelled while it waited', async () => {
    const { journal } = await open();
    for (const id of ['a', 'b', 'c', 'd']) await journal.admitTask(member(id));
    expect((await fail(journal, await claimOne(journal))).released).toBe(true);
    const b = await claimOne(journal);
    const cancelled = { status: 'cancelled', reason: 'operator' } as const;
    const end = { taskId: 'b', fence: b.fence, at: start, end: cancelled, deliveries: [] };
    expect((await journal.recordOutcome(end)).released).toBe(true);
    await journal.cancelWaiting({ taskId: 'c', at: start, reason: 'operator', deliveries: [] });
    expect(await claimOne(journal)).toMatchObject({ id: 'd' });
  });

  test('cancelling one that is held releases nobody', async () => {
    const { journal } = await open();
    for (const id of ['a', 'b', 'c']) await journal.admitTask(member(id));
    const a = await claimOne(journal);
    await journal.cancelWaiting({ taskId: 'b', at: start, reason: 'operator', deliveries: [] });
    expect(await journal.claimTasks({ agent: 'agent', limit: 9, now: start })).toEqual([]);
    await complete(journal, a);
    expect(await claimOne(journal)).toMatchObject({ id: 'c' });
  });

  test('a task that retries or was given back still holds its group', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a'));
    const a = await claimOne(journal);
    await journal.admitTask(member('b'));
    const error = { code: 'busy', message: 'Later.', retryable: true };
    const end = { status: 'retrying', error, dueAt: start + 10 } as const;
    await journal.recordOutcome({ taskId: 'a', fence: a.fence, at: start, end, deliveries: [] });
    expect(await journal.claimTasks({ agent: 'agent', limit: 9, now: start })).toEqual([]);
    await journal.promoteDue(start + 10);
    const again = await claimOne(journal, 'agent', start + 10);
    await journal.requeueTask({ taskId: 'a', fence: again.fence, at: start, crashed: true });
    expect((await journal.claimTasks({ agent: 'agent', limit: 9, now: start })).map(({ id }) => id)).toEqual([
      'a',
    ]);
  });

  test.each(['ends', 'is cancelled while it waits'])(
    'the time of a held task is told when the one before it %s',
    async (how) => {
      const { journal } = await open();
      for (const [id, dueAt] of [['a'], ['b', start + 1_000], ['c', start + 2_000]] as const)
        await journal.admitTask(admission(id, { task: { group: 'g', dueAt } }));
      const end = async (id: string, at: number) => {
        if (how === 'ends') return complete(journal, await claimOne(journal), at);
        return journal.cancelWaiting({ taskId: id, at, reason: 'operator', deliveries: [] });
      };
      expect(await end('a', start + 1)).toMatchObject({ released: false, dueAt: start + 1_000 });
      await journal.promoteDue(start + 1_000);
      // Its time has passed: it may be claimed at once.
      expect(await end('b', start + 2_000)).toMatchObject({ released: true, dueAt: undefined });
      expect(await end('c', start + 2_000)).toMatchObject({ released: false, dueAt: undefined });
    },
  );

  test('a held task that is due later waits for both', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a'));
    await journal.admitTask(admission('b', { task: { group: 'g', dueAt: start + 1_000 } }));
    expect((await complete(journal, await claimOne(journal), start + 1)).released).toBe(false);
    expect(await journal.claimTasks({ agent: 'agent', limit: 9, now: start })).toEqual([]);
    expect(await journal.nextDueAt()).toBe(start + 1_000);
    await journal.promoteDue(start + 1_000);
    expect(await claimOne(journal)).toMatchObject({ id: 'b' });
  });

  test('overlap skip: a record in place of a task, and the instant is dealt with', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'skip', { instant: start }));
    expect(await journal.admitTask(member('b', 'skip', { instant: start + 1 }))).toEqual({
      outcome: 'overlap',
    });
    expect(await journal.getTask('b')).toBeUndefined();
    expect(await skipCounts(journal)).toEqual({ overlap: 1 });
    expect(await journal.listTriggers()).toMatchObject([{ lastInstant: start + 1 }]);
    await complete(journal, await claimOne(journal));
    expect(await journal.admitTask(member('c', 'skip', { instant: start + 2 }))).toMatchObject({
      outcome: 'admitted',
    });
  });

  test('overlap queue: one waits, the newest, and what it displaces is cancelled and counted', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'queue'));
    await claimOne(journal);
    await journal.admitTask(member('b', 'queue'));
    const delivery = newDelivery('msg_b', { taskId: 'b', event: 'task.cancelled' });
    const displaced = new Map([['b', [delivery]]]);
    const result = admitted(await journal.admitTask(member('c', 'queue', { displaced })));
    expect(result).toMatchObject({ ready: false, replaces: [], displaced: [{ id: 'b', reason: 'overlap' }] });
    expect(await statusOf(journal, 'a')).toBe('running');
    expect(await statusOf(journal, 'b')).toBe('cancelled');
    expect(await journal.getDelivery('msg_b')).toMatchObject({ event: 'task.cancelled', status: 'pending' });
    expect(await skipCounts(journal)).toEqual({ overlap: 1 });
    expect(await journal.queueDepths()).toMatchObject([{ waiting: 1, running: 1 }]);
  });

  test.each(['queue', 'replace'] as const)(
    'overlap %s: nothing is displaced before its deliveries are there',
    async (overlap) => {
      const { journal } = await open();
      await journal.admitTask(member('a', overlap));
      await claimOne(journal);
      await journal.admitTask(member('b', overlap));
      expect(await journal.admitTask(member('c', overlap, { displaced: new Map() }))).toMatchObject({
        outcome: 'displaces',
        tasks: [{ id: 'b', reason: overlap === 'queue' ? 'overlap' : 'replaced' }],
      });
      expect(await journal.getTask('c')).toBeUndefined();
      expect(await statusOf(journal, 'b')).toBe('queued');
      const displaced = new Map([['b', []]]);
      expect(await journal.admitTask(member('c', overlap, { displaced }))).toMatchObject({
        outcome: 'admitted',
        displaced: [{ id: 'b', status: 'cancelled' }],
      });
    },
  );

  test.each(['queue', 'replace'] as const)(
    'overlap %s: a task of no instant stays, whether it waits or runs, and holds its group',
    async (overlap) => {
      const { journal } = await open();
      const byHand = (id: string) => admission(id, { task: { group: 'g' } });
      await journal.admitTask(byHand('a'));
      // It holds the group, and nobody has claimed it.
      const first = admitted(await journal.admitTask(member('b', overlap)));
      expect(first).toMatchObject({ ready: false, replaces: [], displaced: [] });
      const a = await claimOne(journal);
      await journal.admitTask(byHand('c'));
      const second = admitted(await journal.admitTask(member('d', overlap)));
      expect(second).toMatchObject({ ready: false, replaces: [], displaced: [{ id: 'b' }] });
      expect(await journal.getTask('a')).toMatchObject({ status: 'running', cancelReason: undefined });
      await complete(journal, a);
      const c = await claimOne(journal);
      expect(c).toMatchObject({ id: 'c' });
      await complete(journal, c);
      expect(await claimOne(journal)).toMatchObject({ id: 'd' });
    },
  );

  test('overlap queue: one that was not yet claimed is the one that waits', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'queue'));
    const result = admitted(await journal.admitTask(member('b', 'queue')));
    expect(result).toMatchObject({ ready: true, displaced: [{ id: 'a', status: 'cancelled' }] });
    expect(await claimOne(journal)).toMatchObject({ id: 'b' });
  });

  test('overlap queue: a started task between two attempts is not displaced', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'queue'));
    const a = await claimOne(journal);
    await journal.requeueTask({ taskId: 'a', fence: a.fence, at: start, crashed: false });
    expect(admitted(await journal.admitTask(member('b', 'queue')))).toMatchObject({
      ready: false,
      displaced: [],
    });
  });

  test('overlap replace: waiting ones go at once, a running one is named and holds until it has ended', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'replace'));
    const a = await claimOne(journal);
    expect(admitted(await journal.admitTask(member('b', 'replace')))).toMatchObject({
      ready: false,
      replaces: ['a'],
      displaced: [],
    });
    expect(admitted(await journal.admitTask(member('c', 'replace')))).toMatchObject({
      ready: false,
      replaces: ['a'],
      displaced: [{ id: 'b', reason: 'replaced' }],
    });
    const end = { status: 'cancelled', reason: 'replaced' } as const;
    await journal.recordOutcome({ taskId: 'a', fence: a.fence, at: start, end, deliveries: [] });
    expect(await claimOne(journal)).toMatchObject({ id: 'c' });
  });

  test('overlap replace: that the running one is to be cancelled is on record with the new one', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'replace'));
    await claimOne(journal);
    await journal.admitTask(member('b', 'queue'));
    expect(await journal.getTask('a')).toMatchObject({ cancelReason: undefined });
    await journal.admitTask(member('c', 'replace'));
    const { interrupted } = await journal.recover(start);
    expect(interrupted).toMatchObject([{ id: 'a', status: 'running', cancelReason: 'replaced' }]);
    expect(await journal.getTask('c')).toMatchObject({ cancelReason: undefined });
  });

  test('overlap replace: a retrying task is cancelled, and the new one may start', async () => {
    const { journal } = await open();
    await journal.admitTask(member('a', 'replace'));
    const a = await claimOne(journal);
    const error = { code: 'busy', message: 'Later.', retryable: true };
    const end = { status: 'retrying', error, dueAt: start + 10 } as const;
    await journal.recordOutcome({ taskId: 'a', fence: a.fence, at: start, end, deliveries: [] });
    const result = admitted(await journal.admitTask(member('b', 'replace')));
    expect(result).toMatchObject({ ready: true, replaces: [], displaced: [{ id: 'a' }] });
  });
}
