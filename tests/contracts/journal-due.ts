import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import {
  admission,
  admitted,
  claimOne,
  claimOneDelivery,
  complete,
  deadEvent,
  fail,
  newDelivery,
  type Opener,
  start,
} from './journal-fixtures.ts';

async function admitAndClaim(journal: Journal, agent: string): Promise<TaskRecord> {
  await journal.admitTask(admission(`first of ${agent}`, { task: { agent } }));
  return claimOne(journal, agent);
}

export function dueContract(open: Opener): void {
  test('the next due time is the earliest of tasks, retries of deliveries and expiries', async () => {
    const { journal } = await open();
    expect(await journal.nextDueAt()).toBeUndefined();
    await journal.addDelivery(newDelivery('msg_1', { expiresAt: start + 900 }));
    expect(await journal.nextDueAt()).toBe(start + 900);
    const { fence } = await claimOneDelivery(journal);
    await journal.settleDelivery({
      id: 'msg_1',
      fence,
      at: start,
      counts: true,
      next: { status: 'backoff', nextAttemptAt: start + 800 },
    });
    expect(await journal.nextDueAt()).toBe(start + 800);
    await journal.admitTask(admission('a', { task: { dueAt: start + 700 } }));
    expect(await journal.nextDueAt()).toBe(start + 700);
    await journal.promoteDue(start + 700);
    expect(await journal.nextDueAt()).toBe(start + 800);
  });

  test('a delivery that waits for too long goes dead: when it is claimed, or when its time is up', async () => {
    const { journal } = await open();
    for (const id of ['msg_1', 'msg_2']) {
      await journal.addDelivery(newDelivery(id, { expiresAt: start + 100 }));
    }
    await journal.addDelivery(newDelivery('msg_3', { expiresAt: start + 500 }));
    const claim = { endpoint: 'agent/ops', limit: 1, now: start + 100 };
    const { claimed, dead } = await journal.claimDeliveries(claim);
    expect(claimed.map(({ id }) => id)).toEqual(['msg_3']);
    expect(dead).toEqual(['msg_1', 'msg_2'].map((id) => deadEvent(id, 'expired', start + 100)));
    const expired = { status: 'dead', reason: 'expired' };
    expect(await journal.getDelivery('msg_1')).toMatchObject(expired);
    expect(await journal.getDelivery('msg_2')).toMatchObject(expired);
    await journal.addDelivery(newDelivery('msg_4', { expiresAt: start + 200 }));
    await journal.promoteDue(start + 199);
    expect(await journal.getDelivery('msg_4')).toMatchObject({ status: 'pending' });
    const due = await journal.promoteDue(start + 200);
    expect(due.dead).toEqual([deadEvent('msg_4', 'expired', start + 200)]);
    expect(await journal.getDelivery('msg_4')).toMatchObject(expired);
    expect(await journal.getDelivery('msg_3')).toMatchObject({ status: 'attempting' });
  });

  test('waits that began after a time begin anew, each for as long as it was to take, and no other one is touched', async () => {
    const { journal } = await open();
    const ahead = start + 1_000_000;
    const after = start + 100_000;
    const retryAt = async (id: string, at: number) => {
      await journal.admitTask(admission(id, { task: { agent: id } }));
      const { fence } = await claimOne(journal, id);
      const error = { code: 'busy', message: 'Later.', retryable: true };
      const end = { status: 'retrying', error, dueAt: at + 300 } as const;
      await journal.recordOutcome({ taskId: id, fence, at, end, deliveries: [] });
    };
    const attemptAt = async (id: string, at: number, wait: number) => {
      await journal.addDelivery(newDelivery(id));
      const { fence } = await claimOneDelivery(journal);
      const attempt = { at, status: 500, durationMs: 0, error: undefined, answer: undefined };
      const next = { status: 'backoff', nextAttemptAt: at + wait } as const;
      await journal.settleDelivery({ id, fence, at, attempt, counts: true, next });
    };
    const made = (id: string, createdAt: number, wait: number, group?: string) =>
      journal.admitTask(admission(id, { task: { agent: id, group, createdAt, dueAt: createdAt + wait } }));
    await made('jitter', ahead, 100);
    await made('long', ahead, 500_000);
    await journal.admitTask(admission('holder', { task: { agent: 'held', group: 'g' } }));
    await made('held', ahead, 200, 'g');
    await retryAt('retry', ahead);
    await attemptAt('msg_ahead', ahead, 400);
    // However long these are to wait, they began before.
    await made('patient', start, 5_000_000);
    await retryAt('failed', after - 300);
    await attemptAt('msg_patient', start, 5_000_000);

    const dueTimes = async () => {
      const { items } = await journal.listTasks({ limit: 20 });
      const times = items.map(({ id, dueAt }) => [id, dueAt && dueAt - start] as const);
      for (const id of ['msg_ahead', 'msg_patient'])
        times.push([id, ((await journal.getDelivery(id))?.nextAttemptAt ?? 0) - start]);
      return Object.fromEntries(times);
    };
    const before = await dueTimes();
    expect(await journal.waitsFromAfter(after)).toBe(5);
    expect(await dueTimes()).toEqual(before);
    expect(await journal.restartWaits(after, start + 10)).toBe(5);
    expect(await dueTimes()).toEqual({
      ...before,
      jitter: 110,
      long: after - start,
      held: 210,
      retry: 310,
      msg_ahead: 410,
    });
    expect(await journal.waitsFromAfter(after)).toBe(0);
    expect(await journal.restartWaits(after, start + 20)).toBe(0);
    await journal.promoteDue(start + 310);
    expect(await claimOne(journal, 'retry')).toMatchObject({ id: 'retry', attempt: 2 });
  });

  test('everything that is due is promoted in a few calls, however many there are', async () => {
    const { journal } = await open();
    const count = 2_500;
    const admissions = Array.from({ length: count }, (_, index) =>
      journal.admitTask(admission(`t${index}`, { task: { agent: `a${index % 3}`, dueAt: start + 1 } })),
    );
    await Promise.all(admissions);
    let calls = 0;
    const agents = new Set<string>();
    for (let more = true; more; calls += 1) {
      const due = await journal.promoteDue(start + 1);
      for (const agent of due.agents) agents.add(agent);
      more = due.more;
    }
    expect([...agents].sort()).toEqual(['a0', 'a1', 'a2']);
    expect(calls).toBeLessThan(10);
    expect(await journal.nextDueAt()).toBeUndefined();
    expect(await journal.claimTasks({ agent: 'a0', limit: count, now: start })).toHaveLength(834);
  });

  test('retention takes what ended before, and leaves what is not over or still answers repeats', async () => {
    const { journal, clock } = await open();
    const old = start - 2 * 3_600_000;
    const at = { createdAt: old };
    await journal.admitTask(admission('old', { task: at, instant: old }));
    const task = await claimOne(journal, 'agent', old);
    const gone = newDelivery('msg_dead', { createdAt: old, dead: 'no JSON' });
    await complete(journal, task, old, [gone, newDelivery('msg_open', { createdAt: old })]);
    const repeat = { keys: ['k'], until: clock.now() + 1 };
    await journal.admitTask(admission('repeated', { task: at, repeat }));
    await complete(journal, await claimOne(journal, 'agent', old), old);
    await journal.admitTask(admission('waiting', { task: at }));
    await journal.admitTask(admission('recent', { task: { agent: 'other' } }));
    await fail(journal, await claimOne(journal, 'other'), start);
    await journal.skip({ agent: 'agent', trigger: 'hook', reason: 'paused', at: old });
    const events = await journal.listEvents(0, 100);

    const deleted = await journal.prune(start - 1, clock.now());
    const left = await journal.listEvents(0, 100);
    expect(left.every((event) => event.at >= start - 1)).toBe(true);
    expect(deleted).toBe(1 + 1 + 1 + events.length - left.length);
    const { items } = await journal.listTasks({ limit: 10 });
    expect(items.map((item) => item.id).sort()).toEqual(['recent', 'repeated', 'waiting']);
    expect((await journal.listDeliveries({ limit: 10 })).items.map((item) => item.id)).toEqual(['msg_open']);
    expect((await journal.listSkips({ limit: 10 })).items).toEqual([]);
    expect(await journal.prune(start - 1, clock.now())).toBe(0);
    expect(await journal.queueDepths()).toMatchObject([{ agent: 'agent', waiting: 1, running: 0 }]);
    await clock.advance(1);
    expect(await journal.prune(start - 1, clock.now())).toBe(1);
  });

  test('events that were made while the clock was ahead stay, and keep no older one behind them', async () => {
    const { journal, clock } = await open();
    const skips = (name: string, count: number, at: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          journal.skip({ agent: name, trigger: `t${index}`, reason: 'paused', at }),
        ),
      );
    await skips('ahead', 1_100, start + 3_600_000);
    await skips('old', 1_300, start - 60_000);
    await skips('present', 600, start);
    // In twos: with the row of each skip goes its event.
    expect(await journal.prune(start, clock.now())).toBe(2 * 1_300);
    const left = await journal.listEvents(0, 5_000);
    expect(left.map(({ agent }) => agent)).toEqual([
      ...Array<string>(1_100).fill('ahead'),
      ...Array<string>(600).fill('present'),
    ]);
    expect(await journal.prune(start, clock.now())).toBe(0);
  });

  test('retention leaves the tasks of the last hour, by which an hourly limit counts', async () => {
    const { journal, clock } = await open();
    await journal.admitTask(admission('a', { hourly: 1 }));
    await complete(journal, await claimOne(journal));
    await clock.advance(20 * 60_000);
    await journal.prune(clock.now() - 60_000, clock.now());
    const again = admission('b', { hourly: 1, task: { createdAt: clock.now() } });
    expect((await journal.admitTask(again)).outcome).toBe('budget');
    await clock.advance(41 * 60_000);
    await journal.prune(clock.now() - 60_000, clock.now());
    expect(await journal.getTask('a')).toBeUndefined();
  });

  test('retention takes the breakers that nothing waits for and nobody paused, at their age', async () => {
    const { journal, clock } = await open();
    const fresh = await journal.getEndpoint('nobody');
    const failed = { failures: 3 } as const;
    const down = { state: 'open', failures: 10, probeAt: start, probeDelay: 30_000 } as const;
    const kept = [
      'agent/down',
      'agent/open',
      'agent/paused',
      'callback:https://open.example',
      'callback:https://paused.example',
    ];
    await journal.addDelivery(newDelivery('msg_1', { endpoint: 'callback:https://open.example' }));
    await journal.addDelivery(newDelivery('msg_2', { endpoint: 'agent/open' }));
    for (const endpoint of ['agent/gone', 'agent/open', 'zoo/gone'])
      await journal.saveEndpoint({ ...fresh, endpoint, ...failed }, clock.now());
    await journal.saveEndpoint({ ...fresh, endpoint: 'agent/paused', paused: 'operator' }, clock.now());
    // Nobody would hear that it is closed.
    await journal.saveEndpoint({ ...fresh, endpoint: 'agent/down', ...down }, clock.now());
    await journal.saveEndpoint(
      { ...fresh, endpoint: 'callback:https://failed.example', ...failed },
      clock.now(),
    );
    await journal.saveEndpoint({ ...fresh, endpoint: 'callback:https://down.example', ...down }, clock.now());
    await journal.saveEndpoint(
      { ...fresh, endpoint: 'callback:https://open.example', ...failed },
      clock.now(),
    );
    await journal.saveEndpoint(
      { ...fresh, endpoint: 'callback:https://paused.example', paused: 'operator' },
      clock.now(),
    );
    await clock.advance(1_000);
    await journal.saveEndpoint(
      { ...fresh, endpoint: 'callback:https://recent.example', ...failed },
      clock.now(),
    );
    await journal.saveEndpoint({ ...fresh, endpoint: 'zoo/recent', ...failed }, clock.now());
    const names = async () => (await journal.listEndpoints()).map(({ endpoint }) => endpoint);
    await journal.prune(start, clock.now());
    expect(await names()).toHaveLength(11);
    await journal.prune(start + 1_000, clock.now());
    expect(await names()).toEqual([...kept, 'callback:https://recent.example', 'zoo/recent']);
    await journal.prune(start + 1_001, clock.now());
    expect(await names()).toEqual(kept);
  });

  test('retention takes the queues of agents that have no tasks, and they count on when tasks come', async () => {
    const { journal, clock } = await open();
    await complete(journal, await admitAndClaim(journal, 'gone'));
    await complete(journal, await admitAndClaim(journal, 'back'));
    await admitAndClaim(journal, 'busy');
    expect(await journal.queueDepths()).toHaveLength(3);
    // In one commit with the next task, on either side.
    const waiting = (id: string) => journal.admitTask(admission(id, { task: { agent: 'back' } }));
    await Promise.all([waiting('a'), journal.prune(start, clock.now()), waiting('b')]);
    expect(await journal.queueDepths()).toMatchObject([
      { agent: 'back', waiting: 2, running: 0 },
      { agent: 'busy', waiting: 0, running: 1 },
    ]);
    expect(await journal.agentsWithWork()).toEqual(['back', 'busy']);
    expect(journal.waitingTasks()).toBe(2);
  });

  test('the depth of each queue', async () => {
    const { journal } = await open();
    expect(await journal.queueDepths()).toEqual([]);
    await journal.admitTask(admission('a', { task: { createdAt: start + 5 } }));
    await journal.admitTask(admission('b', { task: { createdAt: start + 7 } }));
    await journal.admitTask(admission('c', { task: { agent: 'other' } }));
    expect(admitted(await journal.admitTask(admission('d'))).ready).toBe(true);
    await claimOne(journal);
    expect(await journal.queueDepths()).toEqual([
      { agent: 'agent', waiting: 2, running: 1, oldestCreatedAt: start },
      { agent: 'other', waiting: 1, running: 0, oldestCreatedAt: start },
    ]);
    expect(await journal.agentsWithWork()).toEqual(['agent', 'other']);
    await complete(journal, await claimOne(journal, 'other'));
    expect(await journal.agentsWithWork()).toEqual(['agent']);
  });
}
