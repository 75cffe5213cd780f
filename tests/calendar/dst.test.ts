import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import { describe, expect, it } from 'vitest';
import type { Calendar, DstPolicy, Instant } from '../../src/calendar/calendar.ts';
import { createCalendar } from '../../src/calendar/create.ts';
import { localTime, walk } from '../support/brute-force-calendar.ts';
import { isFixedTime } from '../support/brute-force-cron.ts';

const policies = ['vixie', 'skip', 'both'] as const;
const minute = 60_000;
const day = 1_440 * minute;

const rows = readFileSync(new URL('./fixtures/dst-instants.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [timezone = '', cron = '', from = '', vixie = '', skip, both] = line.split(' | ');
    const expected = { vixie, skip: skip === '=' ? vixie : skip, both: both === '=' ? vixie : both };
    return { timezone, cron, from, expected };
  });

/** Croner 11.0.1 loses a fixed time when the clocks skip over midnight with it; here it runs after the gap. */
const lostByCroner = new Set([
  'Pacific/Apia 0 9 * * * 2011-12-29T12:00Z',
  'Asia/Pyongyang 45 23 * * * 2018-05-04T12:00Z',
]);

describe('a schedule where the clocks are changed', () => {
  it('is written down for sixty changes and more, in a dozen zones and more', () => {
    expect(rows.length).toBeGreaterThanOrEqual(67);
    expect(new Set(rows.map((row) => row.timezone)).size).toBeGreaterThanOrEqual(12);
  });

  describe.each(rows)('$timezone, $cron after $from', ({ timezone, cron, from, expected }) => {
    const after = Date.parse(from);

    it.each(policies)('comes when it should under %s', (dst) => {
      const calendar = createCalendar({ cron, timezone, dst });
      expect(firstInstants(calendar, after, 3).map(shown).join(', ')).toBe(expected[dst]);
    });

    it.each(policies)('comes under %s when a walk over every minute says so', (dst) => {
      const calendar = createCalendar({ cron, timezone, dst });
      const walked = walk(numbered(cron), timezone, dst, after + 60_000, after + 4 * day);
      expect(firstInstants(calendar, after, walked.instants.length)).toEqual(walked.instants);
      const skipped = calendar.skipped(after, after + 4 * day - 60_000);
      expect(skipped.map(({ at }) => at)).toEqual(walked.leftOut);
      expect(calendar.nextSkipped(after, after + 4 * day - 60_000)).toEqual(skipped[0]);
    });

    it.each(policies)('comes under %s when the local times of croner, put on the clocks, say so', (dst) => {
      const until = after + 4 * day;
      const calendar = createCalendar({ cron, timezone, dst });
      const expected = onTheClocks(numbered(cron), timezone, dst, after, until);
      const found = firstInstants(calendar, after, expected.length + 1).map(({ at }) => at);
      expect(found.filter((at) => at < until)).toEqual(expected);
    });

    it('comes under vixie when croner says so', () => {
      const runs = new Cron(cron, { timezone, fixedTimeRule: 'no-wildcard' }).nextRuns(3, new Date(after));
      const calendar = createCalendar({ cron, timezone, dst: 'vixie' });
      const instants = firstInstants(calendar, after, 4);
      const known = lostByCroner.has(`${timezone} ${cron} ${from}`)
        ? instants.filter(({ note }) => note !== 'moved')
        : instants;
      expect(known.slice(0, 3).map(({ at }) => at)).toEqual(runs.map((run) => run.getTime()));
    });
  });

  it('knows what it leaves out years ahead, without a look at every day in between', () => {
    const berlin = { timezone: 'Europe/Berlin', dst: 'skip' } as const;
    const start = Date.parse('2026-04-01T00:00Z');
    const until = Date.parse('2038-01-01T00:00Z');
    // 29 March is the last Sunday of March in these years.
    const skipped = createCalendar({ ...berlin, cron: '30 2 29 3 *' }).skipped(start, until);
    expect(skipped.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual(['2037-03-29T01:00']);
    const every = createCalendar({ ...berlin, cron: '30 2 * 3 SUN#L' });
    expect(every.nextSkipped(start, Number.POSITIVE_INFINITY)).toEqual({
      at: Date.parse('2027-03-28T01:00Z'),
      reason: 'dst',
    });
    expect(every.next(start)).toBeUndefined();
    const never = createCalendar({ ...berlin, cron: '30 2 30 2 *' });
    expect(never.nextSkipped(start, Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  it('runs a fixed time that is lost with midnight, which croner does not', () => {
    const calendar = createCalendar({ cron: '0 9 * * *', timezone: 'Pacific/Apia', dst: 'vixie' });
    // Samoa had no 30 December 2011: the clocks went from the end of the 29th to the start of the 31st.
    const moved = { at: Date.parse('2011-12-30T10:00Z'), note: 'moved' };
    expect(calendar.next(Date.parse('2011-12-29T20:00Z'))).toEqual(moved);
  });
});

/**
 * A second reading of the policies, from the other end than the walk: croner says which local times a cron has, and
 * each is looked for among the instants that a day's offsets could give it. None shows it where the clocks skip it, two
 * where they repeat it.
 */
function onTheClocks(cron: string, zone: string, dst: DstPolicy, after: number, until: number) {
  if (!isFixedTime(cron)) {
    return new Cron(cron, { timezone: zone, fixedTimeRule: 'no-wildcard' })
      .nextRuns(1_000, new Date(after))
      .map((run) => run.getTime())
      .filter((at) => at < until);
  }
  const found = new Set<number>();
  const offset = (at: number) => localTime(zone, at) - at;
  const local = new Cron(cron, { utcOffset: 0 });
  for (
    let run = local.nextRun(new Date(after - 2 * day));
    run !== null && run.getTime() < until + 2 * day;
    run = local.nextRun(run)
  ) {
    const shown = run.getTime();
    const [before, later] = [offset(shown - 2 * day), offset(shown + 2 * day)];
    const instants = [...new Set([shown - before, shown - later])]
      .filter((at) => localTime(zone, at) === shown)
      .sort((a, b) => a - b);
    if (instants.length > 0) for (const at of instants.slice(0, dst === 'both' ? 2 : 1)) found.add(at);
    else if (dst !== 'skip') {
      let change = shown - later;
      while (offset(change) !== later) change += minute;
      found.add(change);
    }
  }
  return [...found].filter((at) => at > after && at < until).sort((a, b) => a - b);
}

function firstInstants(calendar: Calendar, after: number, count: number): readonly Instant[] {
  const found: Instant[] = [];
  for (let last = after; found.length < count; ) {
    const instant = calendar.next(last);
    if (instant === undefined) break;
    found.push(instant);
    last = instant.at;
  }
  return found;
}

function shown({ at, note }: Instant): string {
  const text = `${new Date(at).toISOString().slice(0, 16)}Z`;
  return note === undefined ? text : `${text} ${note}`;
}

function numbered(cron: string): string {
  return cron.replace('SUN', '0').replace('FRI', '5');
}
