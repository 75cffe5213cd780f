import { expect, test } from 'vitest';
import { admission, claimOne, complete, type Opener, skipCounts, start } from './journal-fixtures.ts';

const minute = 60_000;
const hour = 3_600_000;

export function limitContract(open: Opener): void {
  test('a bucket gives its burst at once, then one token each interval', async () => {
    const { journal } = await open();
    const rate = { burst: 3, intervalMs: 1_000 };
    const call = async (id: string, at: number) => {
      const result = await journal.admitTask(admission(id, { rate, task: { createdAt: at } }));
      return result.outcome === 'rate_limited' ? result.retryAfterMs : result.outcome;
    };
    const peek = (at: number) => journal.peekRate('agent', 'hook', rate, at);
    expect(await peek(start)).toBe(0);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((id) => call(id, start)))).toEqual([
      'admitted',
      'admitted',
      'admitted',
      1_000,
    ]);
    expect(await peek(start + 400)).toBe(600);
    expect(await call('e', start + 400)).toBe(600);
    expect(await call('f', start + 1_000)).toBe('admitted');
    expect(await call('g', start + 1_000)).toBe(1_000);
    expect(await skipCounts(journal)).toEqual({ rate_limited: 3 });
    expect(await Promise.all(['h', 'i', 'j', 'k'].map((id) => call(id, start + minute)))).toEqual([
      'admitted',
      'admitted',
      'admitted',
      1_000,
    ]);
    expect(await journal.peekRate('agent', 'other', rate, start)).toBe(0);
  });

  test('what is refused for another reason takes no token', async () => {
    const { journal } = await open();
    const rate = { burst: 2, intervalMs: minute };
    const call = (id: string) =>
      journal.admitTask(admission(id, { rate, overlap: 'skip', task: { group: 'g' } }));
    expect((await call('a')).outcome).toBe('admitted');
    expect((await call('b')).outcome).toBe('overlap');
    await complete(journal, await claimOne(journal));
    expect((await call('c')).outcome).toBe('admitted');
    expect((await call('d')).outcome).toBe('rate_limited');
  });

  test('a clock that was set back blocks nobody for longer than the bucket needs to fill', async () => {
    const { journal } = await open();
    const rate = { burst: 2, intervalMs: 1_000 };
    await journal.admitTask(admission('a', { rate, task: { createdAt: start + hour } }));
    await journal.admitTask(admission('b', { rate, task: { createdAt: start + hour } }));
    expect(await journal.peekRate('agent', 'hook', rate, start)).toBeLessThanOrEqual(1_000);
  });

  test('an agent gets so many tasks within an hour, and hears when the next one fits', async () => {
    const { journal } = await open();
    const call = (id: string, at: number, agent = 'agent') =>
      journal.admitTask(admission(id, { hourly: 2, task: { createdAt: at, agent } }));
    await call('a', start);
    await call('b', start + minute);
    expect(await call('c', start + 2 * minute)).toEqual({ outcome: 'budget', retryAfterMs: 58 * minute });
    expect(await journal.peekHour('agent', 2, start + 2 * minute)).toBe(58 * minute);
    expect(await journal.peekHour('agent', 3, start + 2 * minute)).toBe(0);
    expect(await journal.peekHour('other', 2, start + 2 * minute)).toBe(0);
    expect((await call('other', start + 2 * minute, 'other')).outcome).toBe('admitted');
    expect((await call('d', start + hour)).outcome).toBe('admitted');
    expect(await call('e', start + hour)).toEqual({ outcome: 'budget', retryAfterMs: minute });
    expect(await skipCounts(journal)).toEqual({ budget: 1 });
    expect(await journal.admitTask(admission('f', { hourly: 0 }))).toMatchObject({ outcome: 'budget' });
  });

  test('a clock that was years ahead when tasks were made leaves their agent what it may have now', async () => {
    const { journal } = await open();
    const call = (id: string, at: number) =>
      journal.admitTask(admission(id, { hourly: 1, task: { createdAt: at } }));
    expect((await call('a', start + 10_000 * hour)).outcome).toBe('admitted');
    expect((await call('b', start)).outcome).toBe('admitted');
    expect((await call('c', start)).outcome).toBe('budget');
  });
}
