import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalendarError, type CalendarSpec } from '../../src/calendar/calendar.ts';
import { createCalendar } from '../../src/calendar/create.ts';

const make = (spec: Partial<CalendarSpec>) => createCalendar({ timezone: 'UTC', dst: 'vixie', ...spec });
const upcoming = (spec: Partial<CalendarSpec>, after: string, count: number) => {
  const calendar = make(spec);
  const found: string[] = [];
  for (let last = Date.parse(after); found.length < count; ) {
    const next = calendar.next(last);
    if (next === undefined) break;
    found.push(new Date(next.at).toISOString().replace('.000Z', 'Z'));
    last = next.at;
  }
  return found;
};

describe('a cron', () => {
  it.each([
    ['@hourly', '2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'],
    ['@daily', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'],
    ['@midnight', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'],
    ['@weekly', '2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'],
    ['@monthly', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['@yearly', '2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'],
    ['@Annually', '2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'],
    ['*/20 * * * * *', '2026-01-01T00:00:20Z', '2026-01-01T00:00:40Z'],
    ['0 0 L * *', '2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z'],
    ['0 0 LW * *', '2026-01-30T00:00:00Z', '2026-02-27T00:00:00Z'],
    ['0 0 1W * *', '2026-02-02T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['0 0 * * FRI#2', '2026-01-09T00:00:00Z', '2026-02-13T00:00:00Z'],
    ['0 0 * * fri-SUN,Mon', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'],
    ['0 0 * * 1#02', '2026-01-12T00:00:00Z', '2026-02-09T00:00:00Z'],
    ['0 0 * * 5L', '2026-01-30T00:00:00Z', '2026-02-27T00:00:00Z'],
    ['0 0 * JAN-MAR/2 7', '2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'],
    ['0 0 ? * MON', '2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z'],
    ['  0   9 * *  1-5 ', '2026-01-01T09:00:00Z', '2026-01-02T09:00:00Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'],
  ])('%s comes at %s and %s', (cron, first, second) => {
    expect(upcoming({ cron }, '2026-01-01T00:00Z', 2)).toEqual([first, second]);
  });

  it('comes on either day when day of month and day of week are both given', () => {
    const days = upcoming({ cron: '0 0 13 * FRI' }, '2026-01-01T00:00Z', 4).map((text) => text.slice(5, 10));
    expect(days).toEqual(['01-02', '01-09', '01-13', '01-16']);
  });

  it.each(['0 0 13 * 5', '15,45 8-18/2 * * 1-5', '0 0 L * *', '0 0 * * 1#3', '0 0 * * 3L', '7 7 7 7 *'])(
    'has the instants of cron-parser for %s',
    (cron) => {
      const other = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: '2026-01-01T00:00:00Z' });
      const expected = Array.from({ length: 20 }, () =>
        other.next().toDate().toISOString().replace('.000Z', 'Z'),
      );
      expect(upcoming({ cron }, '2026-01-01T00:00Z', 20)).toEqual(expected);
    },
  );

  it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *'])('has no instant when it never comes: %s', (cron) => {
    expect(make({ cron }).next(Date.parse('2026-01-01'))).toBeUndefined();
  });

  it.each([
    ['61 * * * *', 'minute is 61, allowed are 0 to 59'],
    ['* 25 * * *', 'hour is 25, allowed are 0 to 23'],
    ['60 * * * * *', 'second is 60, allowed are 0 to 59'],
    ['* * 32 * *', 'day of month is 32, allowed are 1 to 31, L, LW and such as 15W'],
    ['* * L-3 * *', 'day of month is "L-3", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * * 13 *', 'month is 13, allowed are 1 to 12 and JAN to DEC'],
    ['* * * ? *', 'month is "?", allowed are 1 to 12 and JAN to DEC'],
    ['* * * * 8', 'day of week is 8, allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['x * * * *', 'minute is "x", allowed are 0 to 59'],
    ['1,,2 * * * *', 'minute is "", allowed are 0 to 59'],
    ['-5 * * * *', 'minute is "-5", allowed are 0 to 59'],
    ['5/15 * * * *', 'minute is "5/15", a step needs * or a range before it, as in 5-59/15'],
    ['*/0 * * * *', 'minute step is 0, allowed are 1 to 60'],
    ['* * */32 * *', 'day of month step is 32, allowed are 1 to 31'],
    ['50-10 * * * *', 'minute is "50-10", allowed are ranges from low to high, as in 50-59,0-10'],
    ['* * * * 5-1', 'day of week is "5-1", allowed are ranges from low to high, as in 5-7,1'],
    ['* * * * FRI-MON', 'day of week is "FRI-MON", allowed are ranges from low to high, as in 5-7,1'],
    ['* * * * 5-0', 'day of week is "5-0", allowed are ranges from low to high, as in 5-7'],
    ['* * * * 6-1L', 'day of week is "6-1L", allowed are ranges from low to high, as in 6-7,1'],
    ['* * * NOV-feb *', 'month is "NOV-feb", allowed are ranges from low to high, as in 11-12,1-2'],
    ['* * * *', 'the cron has 4 fields, allowed are five, or six with seconds first'],
    ['', 'the cron has 0 fields, allowed are five, or six with seconds first'],
    ['* * * * FRI#6', 'day of week is "FRI#6", allowed after # are 1 to 5, and L for the last'],
    ['* * * * 1#', 'day of week is "1#", allowed after # are 1 to 5, and L for the last'],
    ['* * * * 1#2/2', 'day of week is "1#2/2", allowed after # are 1 to 5, and L for the last'],
    ['* * * * 8#1', 'day of week is 8, allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * * *#2', 'day of week is "*#2", allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * * L', 'day of week is "L", allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * * 1W', 'day of week is "1W", allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * * MONTUE', 'day of week is "MONTUE", allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * * MONDAY', 'day of week is "MONDAY", allowed are 0 to 7, SUN to SAT and such as 5L or 5#2'],
    ['* * * L *', 'month is "L", allowed are 1 to 12 and JAN to DEC'],
    ['* * * 1#2 *', 'month is "1#2", allowed are 1 to 12 and JAN to DEC'],
    ['* * * FEBR *', 'month is "FEBR", allowed are 1 to 12 and JAN to DEC'],
    ['* * 5L * *', 'day of month is "5L", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * 1#2 * *', 'day of month is "1#2", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * L/2 * *', 'day of month is "L/2", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * 1-5W * *', 'day of month is "1-5W", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * */2/3 * *', 'day of month is "*/2/3", allowed are 1 to 31, L, LW and such as 15W'],
    ['* * 1,LW * *', 'day of month is "1,LW", LW stands alone'],
    ['* * ?,1 * *', 'day of month is "?,1", ? stands alone'],
    ['* * L', 'the cron has 3 fields, allowed are five, or six with seconds first'],
    ['@reboot', 'nickname is "@reboot", allowed are @hourly @daily @midnight @weekly @monthly'],
  ])('%s is refused: %s', (cron, message) => {
    expect(errorOf({ cron })).toMatchObject({ field: 'cron', message: expect.stringContaining(message) });
  });

  it('is never left to croner to refuse, which does not name the field', () => {
    const token = fc.constantFrom(...'0 1 5 7 12 31 32 MON SUN SAT JAN DEC L W LW # - / , * ?'.split(' '));
    const field = fc.oneof(fc.constant('*'), fc.array(token, { minLength: 1, maxLength: 5 }));
    const text = field.map((tokens) => (typeof tokens === 'string' ? tokens : tokens.join('')));
    fc.assert(
      fc.property(text, text, text, (day, month, weekday) => {
        const cron = `0 0 ${day} ${month} ${weekday}`;
        try {
          make({ cron });
        } catch (error) {
          if (!(error instanceof CalendarError)) throw error;
          expect(error.message).toMatch(/^(?:day of month|month|day of week)(?: step)? is /);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('is told in words with its zone', () => {
    expect(make({ cron: '0 9 * * 1-5', timezone: 'America/New_York' }).words).toBe(
      'At 09:00, Monday through Friday (America/New_York)',
    );
    expect(make({ cron: '0 0 1,15W * *' }).words).toBe('0 0 1,15W * * (UTC)');
  });
});

describe('an interval', () => {
  it('counts from its anchor, and from the epoch without one', () => {
    expect(upcoming({ every: 90_000 }, '2026-01-01T00:00Z', 2)).toEqual([
      '2026-01-01T00:01:30Z',
      '2026-01-01T00:03:00Z',
    ]);
    const anchor = Date.parse('2026-01-01T00:00:10Z');
    expect(upcoming({ every: 90_000, anchor }, '2026-01-01T00:00:10Z', 1)).toEqual(['2026-01-01T00:01:40Z']);
    expect(make({ every: 90_000 }).words).toBe('Every 1m30s (UTC)');
    expect(make({ every: 90_061_000 }).words).toBe('Every 90061000ms (UTC)');
  });

  it('ends with the year 9999', () => {
    const days = 100_000;
    const every = make({ every: days * 86_400_000 });
    expect(every.next(Date.parse('2026-01-01'))).toEqual({ at: Date.parse('2243-10-17') });
    const last = Math.floor(Date.UTC(10_000, 0) / 86_400_000 / days) * days * 86_400_000;
    expect(every.next(last - 1)).toEqual({ at: last });
    expect(every.next(last)).toBeUndefined();
  });

  it.each([0, -1, 1.5, 8_640_000_000_001, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %s ms is refused',
    (every) => {
      expect(errorOf({ every })).toMatchObject({
        field: 'every',
        message: `every is ${every}, allowed are whole milliseconds from 1 to 8640000000000`,
      });
    },
  );
});

describe('one instant', () => {
  const berlin = { timezone: 'Europe/Berlin' };

  it.each([
    ['2026-12-24T09:00:00Z', '2026-12-24T09:00:00Z'],
    ['2026-12-24T09:00+05:30', '2026-12-24T03:30:00Z'],
    ['2026-12-24T09:00:30-0230', '2026-12-24T11:30:30Z'],
    ['2026-12-24T09:00+14:00', '2026-12-23T19:00:00Z'],
    ['2026-12-24T09:00-13:59', '2026-12-24T22:59:00Z'],
    ['2026-12-24 09:00', '2026-12-24T08:00:00Z'],
    ['2026-07-24T09:00', '2026-07-24T07:00:00Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30:00Z'],
    ['2026-03-29T02:30', '2026-03-29T01:00:00Z'],
  ])('%s in Berlin is %s, once', (at, instant) => {
    for (const dst of ['vixie', 'both'] as const) {
      expect(upcoming({ at, ...berlin, dst }, '2026-01-01T00:00Z', 3)).toEqual([instant]);
    }
    expect(make({ at, ...berlin }).next(Date.parse(instant))).toBeUndefined();
  });

  it('that the clocks skip does not come under skip, and is on record', () => {
    const calendar = make({ at: '2026-03-29T02:30', ...berlin, dst: 'skip' });
    const moved = Date.parse('2026-03-29T01:00Z');
    expect(calendar.next(0)).toBeUndefined();
    expect(calendar.skipped(moved - 1, moved)).toEqual([{ at: moved, reason: 'dst' }]);
    expect(calendar.skipped(moved, moved + 1)).toEqual([]);
    expect(calendar.nextSkipped(0, Number.POSITIVE_INFINITY)).toEqual({ at: moved, reason: 'dst' });
    expect(make({ at: '2026-03-29T02:30', ...berlin }).next(0)).toEqual({ at: moved, note: 'moved' });
  });

  it.each([
    'tomorrow',
    '2026-12-24',
    '2026-02-30T09:00',
    '2026-12-24T25:00',
    '2026-12-24T09:00+15:00',
    '2026-12-24T09:00+14:30',
    '2026-12-24T09:00-14:01',
    '2026-12-24T09:00+13:60',
    '',
  ])('%j is refused', (at) => {
    expect(errorOf({ at })).toMatchObject({
      field: 'at',
      message: expect.stringContaining(JSON.stringify(at)),
    });
  });
});

it.each(['Europe/Berln', '', 'local', '+02:00', 'Europe/Berlin '])('zone %j is refused', (timezone) => {
  expect(errorOf({ cron: '* * * * *', timezone })).toMatchObject({
    field: 'timezone',
    message: 'there is no such zone, allowed are the IANA names such as "UTC" or "Europe/Berlin"',
  });
});

it('takes exactly one of cron, every and at', () => {
  expect(errorOf({})).toMatchObject({ message: '0 of cron, every and at are given, allowed is exactly one' });
  expect(errorOf({ cron: '* * * * *', every: 1_000 })).toMatchObject({
    message: expect.stringContaining('2 of'),
  });
});

function errorOf(spec: Partial<CalendarSpec>): CalendarError {
  try {
    make(spec);
  } catch (error) {
    if (error instanceof CalendarError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(spec)} was taken`);
}
