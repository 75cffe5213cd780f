import { expect, test } from 'vitest';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import { admission, eventTypes, type Opener, start, statusOf } from './journal-fixtures.ts';

export function settingsContract(open: Opener): void {
  test('triggers are remembered as they were saved, and pausing one is an event', async () => {
    const { journal } = await open();
    const daily = { agent: 'agent', trigger: 'daily', fingerprint: 'f1', lastInstant: start, paused: false };
    const hook = { agent: 'agent', trigger: 'hook', fingerprint: '', lastInstant: undefined, paused: true };
    await journal.saveTriggers([daily, hook]);
    expect(await journal.listTriggers()).toEqual([daily, hook]);
    const changed = {
      ...daily,
      fingerprint: 'f2',
      lastInstant: start - 5,
      paused: true,
      pausedUntil: start - 9,
    };
    await journal.saveTriggers([changed]);
    expect(await journal.listTriggers()).toEqual([changed, hook]);
    await journal.saveTriggers([daily]);
    expect(await eventTypes(journal)).toEqual(['trigger.paused', 'trigger.paused', 'trigger.resumed']);
  });

  test('a skipped instant moves its trigger forward', async () => {
    const { journal } = await open();
    const skip = { agent: 'agent', trigger: 'daily', reason: 'missed', at: start } as const;
    await journal.skip({ ...skip, instant: start - 60_000 });
    await journal.skip({ ...skip, instant: start - 120_000 });
    expect(await journal.listTriggers()).toMatchObject([{ trigger: 'daily', lastInstant: start - 60_000 }]);
  });

  test('a flood of skips is one event a minute', async () => {
    const { journal } = await open();
    const skip = { agent: 'agent', trigger: 'hook', reason: 'rate_limited' } as const;
    for (const at of [start, start + 1, start + 2, start + 60_000]) await journal.skip({ ...skip, at });
    expect(await eventTypes(journal)).toEqual(['trigger.skipped', 'trigger.skipped']);
  });

  test('endpoints are remembered, and what changes in them is an event', async () => {
    const { journal } = await open();
    const closed = {
      endpoint: 'agent/ops',
      state: 'closed',
      failures: 0,
      probeAt: undefined,
      probeDelay: undefined,
      paused: undefined,
    } as const;
    const opened = {
      ...closed,
      state: 'open',
      failures: 10,
      probeAt: start + 1,
      probeDelay: 30_000,
    } as const;
    await journal.saveEndpoint(closed, start);
    await journal.saveEndpoint(opened, start);
    expect(await journal.listEndpoints()).toEqual([opened]);
    expect(await journal.saveEndpoint({ ...opened, state: 'probing' }, start)).toEqual([]);
    const about = { endpoint: 'agent/ops', at: start };
    expect(await journal.saveEndpoint({ ...closed, paused: 'gone' }, start)).toEqual([
      { ...about, type: 'endpoint.closed' },
      { ...about, type: 'notification.paused', reason: 'gone' },
    ]);
    await journal.saveEndpoint(closed, start);
    expect(await journal.listEndpoints()).toEqual([closed]);
    expect(await eventTypes(journal)).toEqual([
      'endpoint.opened',
      'endpoint.closed',
      'notification.paused',
      'notification.resumed',
    ]);
  });

  test('what arrives in one turn is one commit, and the listener hears of it', async () => {
    const { journal } = await open();
    const commits: number[] = [];
    journal.onCommit((ms, operations) => {
      expect(ms).toBeGreaterThanOrEqual(0);
      commits.push(operations);
    });
    await Promise.all(['a', 'b', 'c'].map((id) => journal.admitTask(admission(id))));
    await journal.probe(start);
    expect(commits).toEqual([3, 1]);
  });

  test('closing commits what waits; afterwards every call says that it is closed', async () => {
    const { journal } = await open();
    const waiting = journal.admitTask(admission('a'));
    await journal.close();
    expect(await waiting).toMatchObject({ outcome: 'admitted' });
    await expect(journal.admitTask(admission('b'))).rejects.toThrow(JournalUnavailable);
    await expect(statusOf(journal, 'a')).rejects.toThrow(JournalUnavailable);
    await expect(journal.probe(start)).rejects.toThrow(JournalUnavailable);
    await journal.close();
  });
}
