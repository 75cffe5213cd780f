import { expect, test } from 'vitest';
import {
  admission,
  admitted,
  claimOne,
  complete,
  fail,
  type Opener,
  runningTask,
  skipCounts,
  start,
} from './journal-fixtures.ts';

export function admissionContract(open: Opener): void {
  test('two tasks with one id: the second one fails, and fails alone', async () => {
    const { journal } = await open();
    const results = await Promise.allSettled(
      ['a', 'b', 'a', 'c'].map((id) => journal.admitTask(admission(id))),
    );
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect((await journal.listTasks({ limit: 10 })).items.map((task) => task.id)).toEqual(['c', 'b', 'a']);
  });

  test('an instant of a schedule makes one task, also within one group of commits', async () => {
    const { journal } = await open();
    const attempts = ['a', 'b', 'c'].map((id) => journal.admitTask(admission(id, { instant: start })));
    const outcomes = (await Promise.all(attempts)).map((result) => result.outcome);
    expect(outcomes).toEqual(['admitted', 'instant_taken', 'instant_taken']);
    const other = admission('d', { instant: start, task: { trigger: 'other' } });
    expect((await journal.admitTask(other)).outcome).toBe('admitted');
    expect((await journal.listTasks({ limit: 10 })).items).toHaveLength(2);
  });

  test('an instant moves the trigger forward and never back', async () => {
    const { journal } = await open();
    await journal.saveTriggers([
      { agent: 'agent', trigger: 'hook', fingerprint: 'f', lastInstant: start, paused: false },
    ]);
    await journal.admitTask(admission('a', { instant: start + 60_000 }));
    await journal.admitTask(admission('b', { instant: start + 30_000 }));
    expect(await journal.listTriggers()).toMatchObject([{ fingerprint: 'f', lastInstant: start + 60_000 }]);
  });

  test('a full queue takes nothing and uses nothing up: the instant, key and token are there afterwards', async () => {
    const { journal } = await open();
    const rate = { burst: 1, intervalMs: 60_000 };
    const call = (id: string, queueLimit: number) =>
      journal.admitTask(
        admission(id, { queueLimit, instant: start, repeat: { keys: ['k'], until: start + 1 }, rate }),
      );
    await journal.admitTask(admission('first', { task: { trigger: 'other' } }));
    expect(await call('a', 1)).toEqual({ outcome: 'queue_full' });
    expect(await journal.listTriggers()).toEqual([]);
    expect(await skipCounts(journal)).toEqual({});
    expect((await call('a', 2)).outcome).toBe('admitted');
  });

  test('the queue limit counts exactly what waits: queued and retrying, of all agents', async () => {
    const { journal } = await open();
    const limited = (id: string, agent = 'agent') =>
      journal.admitTask(admission(id, { queueLimit: 2, task: { agent } })).then((result) => result.outcome);
    expect(await Promise.all([limited('a'), limited('b', 'other'), limited('c')])).toEqual([
      'admitted',
      'admitted',
      'queue_full',
    ]);
    const a = await claimOne(journal);
    expect(await limited('d')).toBe('admitted');
    const error = { code: 'busy', message: 'Later.', retryable: true };
    const end = { status: 'retrying', error, dueAt: start + 1 } as const;
    await journal.recordOutcome({ taskId: 'a', fence: a.fence, at: start, end, deliveries: [] });
    expect(await limited('e')).toBe('queue_full');
    await journal.cancelWaiting({ taskId: 'a', at: start, reason: 'operator', deliveries: [] });
    await journal.cancelWaiting({ taskId: 'b', at: start, reason: 'operator', deliveries: [] });
    expect(await Promise.all([limited('f'), limited('g')])).toEqual(['admitted', 'queue_full']);
  });

  test('a delivery id has one task that is live or completed; any of its keys finds it', async () => {
    const { journal } = await open();
    const call = (id: string, keys: readonly string[], at = start) =>
      journal.admitTask(admission(id, { repeat: { keys, until: at + 1_000 }, task: { createdAt: at } }));
    const [first, second] = await Promise.all([call('a', ['id-1', 'sig-1']), call('b', ['id-2', 'sig-1'])]);
    expect(first?.outcome).toBe('admitted');
    expect(second).toMatchObject({ outcome: 'duplicate', taskId: 'a' });
    expect(await skipCounts(journal)).toEqual({ duplicate: 1 });
    const find = (keys: readonly string[], now = start) => journal.findRepeat('agent', 'hook', keys, now);
    expect(await find(['nothing', 'sig-1'])).toBe('a');
    expect(await journal.findRepeat('agent', 'other', ['id-1'], start)).toBeUndefined();
    await complete(journal, await claimOne(journal));
    expect(await call('c', ['id-1'])).toEqual({ outcome: 'duplicate', taskId: 'a' });
    expect(await find(['id-1'], start + 1_000)).toBeUndefined();
    expect((await call('d', ['id-1'], start + 1_000)).outcome).toBe('admitted');
    expect(await find(['id-1'], start + 1_001)).toBe('d');
  });

  test('after a failed or cancelled task its delivery id runs anew, and belongs to the new task', async () => {
    const { journal } = await open();
    const call = (id: string) =>
      journal.admitTask(admission(id, { repeat: { keys: ['k'], until: start + 1_000 } }));
    await call('a');
    await fail(journal, await claimOne(journal));
    expect(await journal.findRepeat('agent', 'hook', ['k'], start)).toBeUndefined();
    expect((await call('b')).outcome).toBe('admitted');
    await journal.cancelWaiting({ taskId: 'b', at: start, reason: 'operator', deliveries: [] });
    expect((await call('c')).outcome).toBe('admitted');
    expect(await call('d')).toMatchObject({ outcome: 'duplicate', taskId: 'c' });
  });

  test('a task that runs a failed one again stands for its sender’s delivery', async () => {
    const { journal } = await open();
    const repeat = { keys: ['delivery'], until: start + 9_000 };
    const call = (id: string) => journal.admitTask(admission(id, { repeat }));
    await call('first');
    const running = await claimOne(journal);
    // Of one that is not over, or was completed, the keys stay where they are.
    await journal.admitTask(admission('early', { replays: 'first' }));
    expect(await call('again')).toMatchObject({ outcome: 'duplicate', taskId: 'first' });
    await fail(journal, running);
    await journal.admitTask(admission('replay', { replays: 'first' }));
    expect(await call('retry')).toMatchObject({ outcome: 'duplicate', taskId: 'replay' });
    await journal.cancelWaiting({ taskId: 'replay', at: start, reason: 'operator', deliveries: [] });
    expect((await call('anew')).outcome).toBe('admitted');
    // And of one whose sender has sent again meanwhile.
    await journal.admitTask(admission('late', { replays: 'first' }));
    expect(await call('last')).toMatchObject({ outcome: 'duplicate', taskId: 'anew' });
  });

  test('calls of one key become one task over the last payload', async () => {
    const { journal, clock } = await open();
    const dueAt = clock.now() + 1_000;
    const call = (id: string, count: number, more = {}) =>
      journal.admitTask(
        admission(id, {
          coalesce: { key: 'k', count },
          repeat: { keys: [`delivery-${id}`], until: start + 9_000 },
          task: { createdAt: clock.now(), dueAt, ...more },
        }),
      );
    const count = () => journal.coalesceCount('agent', 'hook', 'k', clock.now());
    expect(await count()).toBe(0);
    expect(await call('a', 1)).toEqual({ outcome: 'stale', count: 0 });
    expect((await call('a', 0)).outcome).toBe('admitted');
    const [joined, late] = await Promise.all([call('b', 1, { dueAt: dueAt + 500 }), call('c', 1)]);
    expect(joined).toEqual({ outcome: 'coalesced', taskId: 'a' });
    expect(await journal.getTask('a')).toMatchObject({ input: 'input of b', count: 2, dueAt });
    expect(late).toEqual({ outcome: 'stale', count: 2 });
    expect(await count()).toBe(2);
    // One that joins is not one more task, however many may still come.
    const full = { coalesce: { key: 'k', count: 2 }, hourly: 1, task: { createdAt: clock.now(), dueAt } };
    expect((await journal.admitTask({ ...admission('e', full), queueLimit: 1 })).outcome).toBe('coalesced');
    expect(await count()).toBe(3);
    // Where the number does not matter, many that come at once join in one go.
    const any = { coalesce: { key: 'any' }, task: { createdAt: clock.now(), dueAt } };
    const ids = ['f', 'g', 'h'];
    const all = await Promise.all(ids.map((id) => journal.admitTask(admission(id, any))));
    const joinedF = { outcome: 'coalesced', taskId: 'f' };
    expect(all).toMatchObject([{ outcome: 'admitted' }, joinedF, joinedF]);
    expect(await journal.getTask('f')).toMatchObject({ count: 3, input: 'input of h' });
    expect(await journal.findRepeat('agent', 'hook', ['delivery-b'], start)).toBe('a');
    expect(await journal.findRepeat('agent', 'hook', ['delivery-c'], start)).toBeUndefined();
    expect(await skipCounts(journal)).toEqual({ coalesced: 4 });
  });

  test('a call after the window, or after the task was claimed, starts a new task', async () => {
    const { journal, clock } = await open();
    const call = (id: string, dueAt: number | undefined) =>
      journal.admitTask(
        admission(id, { coalesce: { key: 'k', count: 0 }, task: { createdAt: clock.now(), dueAt } }),
      );
    await call('a', clock.now() + 1_000);
    await clock.advance(1_000);
    expect(await journal.coalesceCount('agent', 'hook', 'k', clock.now())).toBe(0);
    expect((await call('b', undefined)).outcome).toBe('admitted');
    await claimOne(journal, 'agent', clock.now());
    expect((await call('c', undefined)).outcome).toBe('admitted');
  });

  test('the newest task time is known, however large and however old the task', async () => {
    const { journal } = await open();
    expect(await journal.newestTaskNanos()).toBe(0n);
    await journal.admitTask(admission('webhook-agent-1767225600000000007'));
    await journal.admitTask(admission('webhook-agent-999999999999999999'));
    expect(await journal.newestTaskNanos()).toBe(1767225600000000007n);
    await fail(journal, await claimOne(journal));
    await journal.prune(start + 1, start);
    expect(await journal.newestTaskNanos()).toBe(1767225600000000007n);
  });

  test('a task due later is not ready before', async () => {
    const { journal } = await open();
    const later = { dueAt: start + 500 };
    expect(admitted(await journal.admitTask(admission('a', { task: later }))).ready).toBe(false);
    expect(await journal.claimTasks({ agent: 'agent', limit: 1, now: start })).toEqual([]);
    expect(admitted(await journal.admitTask(admission('b', { task: { dueAt: start } }))).ready).toBe(true);
    await runningTask(journal, 'c', { agent: 'other' });
    await journal.promoteDue(start + 500);
    expect(await claimOne(journal)).toMatchObject({ id: 'a', dueAt: undefined });
  });
}
