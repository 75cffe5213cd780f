import { expect, test } from 'vitest';
import { InvalidCursor } from '../../src/journal/errors.ts';
import { type Page, pageBytes } from '../../src/journal/lists.ts';
import { admission, claimOne, complete, newDelivery, type Opener, start } from './journal-fixtures.ts';

async function pages<Item>(list: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[][]> {
  const all: Item[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    all.push([...page.items]);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}

export function listContract(open: Opener): void {
  test('tasks come newest first, page by page, and new ones shift nothing', async () => {
    const { journal } = await open();
    for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      await journal.admitTask(admission(id, { task: { createdAt: start + Math.floor(index / 2) } }));
    }
    let late = 0;
    const found = await pages(async (cursor) => {
      late += 1;
      const page = await journal.listTasks({ limit: 2, cursor });
      await journal.admitTask(admission(`late ${late}`, { task: { createdAt: start + 60 } }));
      return page;
    });
    expect(found.map((page) => page.map((task) => task.id))).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  });

  test('the last page says so, also when it is full', async () => {
    const { journal } = await open();
    for (const id of ['a', 'b']) await journal.admitTask(admission(id));
    expect((await journal.listTasks({ limit: 2 })).next).toBeUndefined();
    expect((await journal.listTasks({ limit: 1 })).next).toBeDefined();
    await expect(journal.listTasks({ limit: 1, cursor: 'nonsense' })).rejects.toThrow(InvalidCursor);
  });

  test('a page of long texts ends before they are too long, and the rest follows', async () => {
    const { journal } = await open();
    const input = 'i'.repeat(2 ** 20);
    for (let index = 0; index < 10; index += 1) {
      await journal.admitTask(admission(`task ${index}`, { task: { input } }));
    }
    const { id, fence } = await claimOne(journal);
    const end = { status: 'completed', result: 'r'.repeat(pageBytes) } as const;
    await journal.recordOutcome({ taskId: id, fence, at: start, end, deliveries: [] });
    const tasks = await pages((cursor) => journal.listTasks({ limit: 50, cursor }));
    expect(tasks.map((page) => page.map((task) => task.id))).toEqual([
      [9, 8, 7, 6, 5, 4, 3, 2].map((index) => `task ${index}`),
      ['task 1'],
      // Alone longer than a page.
      ['task 0'],
    ]);
    for (let index = 0; index < 9; index += 1) {
      await journal.addDelivery(newDelivery(`msg_${index}`, { body: input }));
    }
    const deliveries = await pages((cursor) => journal.listDeliveries({ limit: 50, cursor }));
    expect(deliveries.map((page) => page.length)).toEqual([8, 1]);
  });

  test('filters of tasks, alone and together', async () => {
    const { journal } = await open();
    await journal.admitTask(admission('a'));
    await journal.admitTask(admission('b', { task: { trigger: 'cron', createdAt: start + 5 } }));
    await journal.admitTask(admission('c', { task: { agent: 'other', createdAt: start + 9 } }));
    await complete(journal, await claimOne(journal));
    const ids = async (filter: Omit<Parameters<typeof journal.listTasks>[0], 'limit'>) =>
      (await journal.listTasks({ ...filter, limit: 9 })).items.map((task) => task.id);
    expect(await ids({})).toEqual(['c', 'b', 'a']);
    expect(await ids({ agent: 'agent' })).toEqual(['b', 'a']);
    expect(await ids({ agent: 'agent', trigger: 'cron' })).toEqual(['b']);
    expect(await ids({ status: 'completed' })).toEqual(['a']);
    expect(await ids({ agent: 'agent', status: 'queued' })).toEqual(['b']);
    expect(await ids({ since: start + 5 })).toEqual(['c', 'b']);
    expect(await ids({ agent: 'nobody' })).toEqual([]);
  });

  test('deliveries: filters and pages', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1', { taskId: 'x' }));
    await journal.addDelivery(newDelivery('msg_2', { notification: 'crm', createdAt: start + 1 }));
    await journal.addDelivery(newDelivery('msg_3', { agent: 'other', dead: 'bad', createdAt: start + 2 }));
    const ids = async (filter: Omit<Parameters<typeof journal.listDeliveries>[0], 'limit'>) =>
      (await journal.listDeliveries({ ...filter, limit: 9 })).items.map((delivery) => delivery.id);
    expect(await ids({ taskId: 'x' })).toEqual(['msg_1']);
    expect(await ids({ agent: 'agent' })).toEqual(['msg_2', 'msg_1']);
    expect(await ids({ notification: 'crm' })).toEqual(['msg_2']);
    expect(await ids({ status: 'dead' })).toEqual(['msg_3']);
    expect(await ids({ status: 'pending', agent: 'agent', since: start + 1 })).toEqual(['msg_2']);
    const found = await pages((cursor) => journal.listDeliveries({ limit: 1, cursor }));
    expect(found.map((page) => page.map((delivery) => delivery.id))).toEqual([
      ['msg_3'],
      ['msg_2'],
      ['msg_1'],
    ]);
  });

  test('events of one task: the newest of very many, in their order', async () => {
    const { journal } = await open();
    const ids = Array.from({ length: 1_002 }, (_, index) => `msg_${index}`);
    await Promise.all(ids.map((id) => journal.addDelivery(newDelivery(id, { dead: 'bad' }))));
    await journal.addDelivery(newDelivery('other', { taskId: 'other', dead: 'bad' }));
    const events = await journal.taskEvents('task');
    expect(events.map(({ data }) => data)).toMatchObject(ids.slice(2).map((deliveryId) => ({ deliveryId })));
  });

  test('skips: one row for each trigger, reason and minute', async () => {
    const { journal } = await open();
    const skip = (reason: 'paused' | 'filtered', at: number, count?: number) =>
      journal.skip({ agent: 'agent', trigger: 'hook', reason, at, count });
    await skip('paused', start + 100);
    await skip('paused', start + 59_999, 3);
    await skip('paused', start + 60_000);
    await skip('filtered', start + 7);
    const all = (await journal.listSkips({ limit: 9 })).items;
    const row = { agent: 'agent', trigger: 'hook' };
    expect(all).toEqual([
      { ...row, reason: 'paused', at: start + 60_000, count: 1 },
      { ...row, reason: 'filtered', at: start, count: 1 },
      { ...row, reason: 'paused', at: start, count: 4 },
    ]);
    expect((await journal.listSkips({ limit: 9, reason: 'filtered' })).items).toHaveLength(1);
    expect((await journal.listSkips({ limit: 9, agent: 'agent', trigger: 'other' })).items).toEqual([]);
    expect((await journal.listSkips({ limit: 9, since: start + 1 })).items).toHaveLength(1);
    const found = await pages((cursor) => journal.listSkips({ limit: 2, cursor }));
    expect(found.flat()).toEqual(all);
  });
}
