import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import { jitterDelay } from '../../src/triggers/schedule-rules.ts';
import { walk } from '../support/brute-force-calendar.ts';
import { type BusySchedule, busySchedules, runBusyYear, yearEnd, yearStart } from '../support/busy-year.ts';

const hour = 3_600_000;

test('a year of a busy file has the instants of a walk over its every minute', {
  timeout: 300_000,
}, async () => {
  const runtime = await runBusyYear();
  const tasks = await allTasks(runtime.journal);
  const { items: skips } = await runtime.journal.listSkips({ limit: 1_000 });
  expect(tasks.length).toBeGreaterThan(4_000);
  expect(tasks.filter(({ status }) => status !== 'completed')).toEqual([]);
  for (const schedule of busySchedules) {
    const own = tasks.filter(({ trigger }) => trigger === schedule.id);
    const expected = instantsOf(schedule);
    expect(
      own.map(({ scheduledAt }) => scheduledAt),
      schedule.id,
    ).toEqual(expected.instants);
    const left = skips.filter(({ trigger }) => trigger === schedule.id).map(({ at, reason }) => [at, reason]);
    expect(left.sort(), schedule.id).toEqual(expected.leftOut.map((at) => [at, 'dst']));
    const jitter = schedule.jitter === undefined ? 0 : 600_000;
    for (const { scheduledAt = 0, startedAt } of own) {
      expect(startedAt).toBe(scheduledAt + jitterDelay('worker', schedule.id, scheduledAt, jitter));
    }
  }
  await runtime.stop();
});

function instantsOf({ cron, every, at, timezone = 'UTC', dst = 'vixie' }: BusySchedule) {
  if (cron !== undefined) {
    const { instants, leftOut } = walk(cron, timezone, dst, yearStart, yearEnd);
    return { instants: instants.map((instant) => instant.at), leftOut };
  }
  if (every !== undefined) {
    // From the epoch, in steps of eleven hours.
    const first = Math.ceil(yearStart / (11 * hour)) * 11 * hour;
    const count = Math.ceil((yearEnd - first) / (11 * hour));
    return { instants: Array.from({ length: count }, (_, index) => first + index * 11 * hour), leftOut: [] };
  }
  // New York is five hours behind UTC in winter, and Berlin one ahead: the first of the two is no longer this year.
  return { instants: at === '2026-12-24T18:00' ? [Date.parse('2026-12-24T17:00Z')] : [], leftOut: [] };
}

async function allTasks(journal: Journal): Promise<readonly TaskRecord[]> {
  const found: TaskRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await journal.listTasks({ limit: 1_000, cursor });
    found.push(...items);
    if (next === undefined) return found.sort((a, b) => (a.scheduledAt ?? 0) - (b.scheduledAt ?? 0));
    cursor = next;
  }
}
