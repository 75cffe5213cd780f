import { expect, test } from 'vitest';
import { StaleFence } from '../../src/journal/errors.ts';
import { queuedTask } from '../../src/journal/tasks.ts';
import {
  admission,
  admitted,
  claimOne,
  claimOneDelivery,
  complete,
  eventTypes,
  fail,
  newDelivery,
  type Opener,
  runningTask,
  start,
  statusOf,
} from './journal-fixtures.ts';

const usage = { input_tokens: 3, output_tokens: 5, steps: 1, tool_calls: 0, cost_usd: 0.25 };

export function taskContract(open: Opener): void {
  test('a task goes from the queue through its worker to its end, and every step is an event', async () => {
    const { journal } = await open();
    const scheduled = {
      triggerType: 'schedule',
      scheduledAt: start - 5,
      callbackUrl: 'https://a.example/',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    } as const;
    const asked = admission('task', { task: scheduled });
    expect(admitted(await journal.admitTask(asked)).ready).toBe(true);
    const task = queuedTask(asked.task);
    expect(await journal.getTask('task')).toEqual(task);
    expect(task).toMatchObject({ status: 'queued', attempt: 0, count: 1, fence: 0, ...scheduled });

    const claimed = await claimOne(journal, 'agent', start + 10);
    expect(claimed).toMatchObject({ id: 'task', status: 'running', attempt: 1, startedAt: start + 10 });
    expect(claimed.fence).toBeGreaterThan(task.fence);
    expect(await journal.claimTasks({ agent: 'agent', limit: 9, now: start })).toEqual([]);

    const outcome = { taskId: 'task', fence: claimed.fence, at: start + 30, usage, notes: { stderr: 'x' } };
    const { task: over } = await journal.recordOutcome({
      ...outcome,
      end: { status: 'completed', result: 'done' },
      deliveries: [newDelivery('msg_1', { taskId: 'task', traceparent: 'the span of the attempt' })],
    });
    expect(over).toMatchObject({ status: 'completed', result: 'done', finishedAt: start + 30, usage });
    expect(await journal.getTask('task')).toEqual(over);
    expect(over.notes).toEqual({ stderr: 'x' });
    expect(await journal.getDelivery('msg_1')).toMatchObject({
      status: 'pending',
      taskId: 'task',
      traceparent: 'the span of the attempt',
    });
    const events = await journal.listEvents(0, 10);
    expect(events.map((event) => event.type)).toEqual(['task.queued', 'task.started', 'task.completed']);
    expect(events[2]).toMatchObject({
      agent: 'agent',
      taskId: 'task',
      at: start + 30,
      data: { durationMs: 20 },
    });
    expect(await journal.listEvents(events[1]?.sequence ?? 0, 10)).toEqual(events.slice(2));
  });

  test('text is kept as it is: NUL, quotes, astral characters, emptiness', async () => {
    const { journal } = await open();
    const input = 'a\0b"\\\n\u{1F600}\u2028';
    const task = await runningTask(journal, 'task', { input, group: 'g\0h' });
    expect(task).toMatchObject({ input, group: 'g\0h' });
    const { task: over } = await journal.recordOutcome({
      taskId: 'task',
      fence: task.fence,
      at: start,
      end: { status: 'completed', result: '\0' },
      deliveries: [newDelivery('msg_1', { body: input, url: '' })],
    });
    expect(over.result).toBe('\0');
    expect(await journal.getTask('task')).toEqual(over);
    expect(await journal.getDelivery('msg_1')).toMatchObject({ body: input, url: '' });
  });

  test('claims go oldest first, up to the limit, and only to the agent', async () => {
    const { journal } = await open();
    for (const id of ['t1', 't2', 't3']) await journal.admitTask(admission(id));
    await journal.admitTask(admission('other', { task: { agent: 'other' } }));
    const claim = (limit: number) => journal.claimTasks({ agent: 'agent', limit, now: start });
    expect((await claim(2)).map((task) => task.id)).toEqual(['t1', 't2']);
    expect(await claim(0)).toEqual([]);
    expect((await claim(9)).map((task) => task.id)).toEqual(['t3']);
  });

  test('a task ends once: neither an old fence nor a second outcome writes anything', async () => {
    const { journal } = await open();
    const old = await runningTask(journal, 'task');
    await journal.requeueTask({ taskId: 'task', fence: old.fence, at: start, crashed: true });
    await expect(complete(journal, old)).rejects.toThrow(StaleFence);
    const held = await claimOne(journal);
    const late = { taskId: 'task', fence: old.fence };
    await expect(complete(journal, old, start, [newDelivery('msg_old')])).rejects.toThrow(StaleFence);
    await expect(journal.recordUsage({ ...late, usage })).rejects.toThrow(StaleFence);
    await expect(journal.requeueTask({ ...late, at: start, crashed: false })).rejects.toThrow(StaleFence);
    await expect(journal.recordStart({ ...late, at: start, deliveries: [] })).rejects.toThrow(StaleFence);
    await complete(journal, held, start + 1);
    await expect(fail(journal, held, start + 2)).rejects.toThrow(StaleFence);
    await expect(
      journal.requeueTask({ taskId: 'task', fence: held.fence, at: start, crashed: true }),
    ).rejects.toThrow(StaleFence);
    await expect(journal.recordUsage({ taskId: 'task', fence: held.fence, usage })).rejects.toThrow(
      StaleFence,
    );
    expect(await journal.getTask('task')).toMatchObject({
      status: 'completed',
      finishedAt: start + 1,
      crashes: 1,
    });
    expect(await journal.getTask('task')).toHaveProperty('usage', undefined);
    expect(await journal.getDelivery('msg_old')).toBeUndefined();
    expect((await eventTypes(journal)).filter((type) => type === 'task.failed')).toEqual([]);
  });

  test('an outcome whose delivery cannot be written is not written either', async () => {
    const { journal } = await open();
    const task = await runningTask(journal, 'task');
    await journal.addDelivery(newDelivery('msg_1'));
    await expect(complete(journal, task, start, [newDelivery('msg_1')])).rejects.toThrow();
    expect(await statusOf(journal, 'task')).toBe('running');
    expect(await eventTypes(journal)).toEqual(['task.queued', 'task.started']);
  });

  test('the start is told once a task, however often it is recorded', async () => {
    const { journal } = await open();
    const task = await runningTask(journal, 'task');
    const record = (fence: number, id: string) =>
      journal.recordStart({
        taskId: 'task',
        fence,
        at: start,
        deliveries: [newDelivery(id, { taskId: 'task', event: 'task.started' })],
      });
    expect(await record(task.fence, 'msg_1')).toBe(true);
    expect(await record(task.fence, 'msg_2')).toBe(false);
    await journal.requeueTask({ taskId: 'task', fence: task.fence, at: start, crashed: true });
    await record((await claimOne(journal)).fence, 'msg_3');
    const { items } = await journal.listDeliveries({ taskId: 'task', limit: 10 });
    expect(items.map((delivery) => delivery.id)).toEqual(['msg_1']);
  });

  test('a retrying task waits for its time, keeps its error and can tell of each retry', async () => {
    const { journal } = await open();
    const error = { code: 'busy', message: 'Try later.', retryable: true };
    const retry = async (dueAt: number, delivery: string) => {
      const { id, fence } = await claimOne(journal, 'agent', start);
      const end = { status: 'retrying', error, dueAt } as const;
      const deliveries = [newDelivery(delivery, { taskId: id, event: 'task.retrying' })];
      return journal.recordOutcome({ taskId: id, fence, at: start, end, deliveries });
    };
    await journal.admitTask(admission('task'));
    const { task, released } = await retry(start + 1_000, 'msg_1');
    expect(task).toMatchObject({ status: 'retrying', attempt: 1, error, dueAt: start + 1_000 });
    expect([released, task.finishedAt]).toEqual([false, undefined]);
    expect(await journal.claimTasks({ agent: 'agent', limit: 1, now: start })).toEqual([]);
    expect(await journal.nextDueAt()).toBe(start + 1_000);
    expect((await journal.promoteDue(start + 999)).agents).toEqual([]);
    expect((await journal.promoteDue(start + 1_000)).agents).toEqual(['agent']);
    await retry(start + 2_000, 'msg_2');
    expect((await journal.listDeliveries({ taskId: 'task', limit: 10 })).items).toHaveLength(2);
    await journal.promoteDue(start + 2_000);
    const last = await claimOne(journal, 'agent', start + 2_000);
    expect(last).toMatchObject({ attempt: 3, startedAt: start });
    const { task: over } = await complete(journal, last);
    expect(over.error).toBeUndefined();
  });

  test('a task that is given back keeps its place; only a crash counts as one', async () => {
    const { journal } = await open();
    const task = await runningTask(journal, 'first');
    await journal.admitTask(admission('second'));
    await journal.requeueTask({ taskId: 'first', fence: task.fence, at: start, crashed: false });
    expect(await journal.getTask('first')).toMatchObject({ status: 'queued', attempt: 0, crashes: 0 });
    const again = await claimOne(journal);
    expect(again).toMatchObject({ id: 'first', attempt: 1 });
    await journal.requeueTask({ taskId: 'first', fence: again.fence, at: start, crashed: true });
    expect(await claimOne(journal)).toMatchObject({ id: 'first', attempt: 2, crashes: 1 });
  });

  test('a waiting task is cancelled with its deliveries; a running, ended or unknown one is not', async () => {
    const { journal } = await open();
    const running = await runningTask(journal, 'running');
    await journal.admitTask(admission('waiting'));
    const cancel = async (taskId: string) => {
      const deliveries = [newDelivery(`msg_${taskId}`, { taskId, event: 'task.cancelled' })];
      return (await journal.cancelWaiting({ taskId, at: start + 5, reason: 'operator', deliveries })).outcome;
    };
    expect(await cancel('waiting')).toBe('cancelled');
    expect(await cancel('waiting')).toBe('over');
    expect(await cancel('running')).toBe('running');
    expect(await cancel('nobody')).toBe('unknown');
    expect(await journal.getTask('waiting')).toMatchObject({
      status: 'cancelled',
      reason: 'operator',
      finishedAt: start + 5,
    });
    expect(await journal.getDelivery('msg_waiting')).toBeDefined();
    expect(await journal.getDelivery('msg_running')).toBeUndefined();
    await complete(journal, running);
    expect(await cancel('running')).toBe('over');
  });

  test('a running task remembers that it is to be cancelled where that is wished, also when it waits again', async () => {
    const { journal } = await open();
    const { fence } = await runningTask(journal, 'task');
    const cancel = { taskId: 'task', at: start, reason: 'operator', deliveries: [] };
    expect(await journal.cancelWaiting(cancel)).toMatchObject({ outcome: 'running' });
    expect(await journal.getTask('task')).toMatchObject({ cancelReason: undefined });
    expect(await journal.cancelWaiting({ ...cancel, wish: true })).toMatchObject({ outcome: 'running' });
    expect(await journal.getTask('task')).toMatchObject({ status: 'running', cancelReason: 'operator' });
    await journal.requeueTask({ taskId: 'task', fence, at: start, crashed: true });
    expect(await claimOne(journal)).toMatchObject({ id: 'task', cancelReason: 'operator' });
  });

  test('usage and notes that were recorded while it ran stay when the outcome brings none', async () => {
    const { journal } = await open();
    const task = await runningTask(journal, 'task');
    await journal.recordUsage({ taskId: 'task', fence: task.fence, usage, notes: { calls: 1 } });
    await journal.recordUsage({ taskId: 'task', fence: task.fence, usage });
    expect((await fail(journal, task)).task).toMatchObject({ usage, notes: { calls: 1 } });
  });

  test('recovery hands out what was running and takes back deliveries that were under way', async () => {
    const { journal } = await open();
    const task = await runningTask(journal, 'cut off');
    await journal.admitTask(admission('waiting'));
    await journal.addDelivery(newDelivery('msg_1'));
    await journal.claimDeliveries({ endpoint: 'agent/ops', limit: 1, now: start });
    const { interrupted } = await journal.recover(start + 1);
    expect(interrupted).toEqual([task]);
    expect(await claimOneDelivery(journal)).toMatchObject({ id: 'msg_1', attemptsUsed: 0, attempts: [] });
    await journal.requeueTask({ taskId: task.id, fence: task.fence, at: start, crashed: true });
    expect(await claimOne(journal)).toMatchObject({ id: 'cut off' });
  });
}
