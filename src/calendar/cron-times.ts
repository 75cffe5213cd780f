// The local times at which a cron comes, with no zone in sight. Croner is asked for the days, once a day; the times
// within a day are looked up in tables, since croner takes 50 microseconds and more for every instant.
import { Cron } from 'croner';
import { CalendarError } from './calendar.ts';
import type { CronFields } from './cron-fields.ts';

/**
 * The first local time after `after` (exclusive), both in milliseconds as if local time were UTC; undefined when
 * there is none.
 */
export type LocalTimes = (after: number) => number | undefined;

/** The first matching day from `day` on (inclusive), in days since 1970-01-01. */
type Days = (day: number) => number | undefined;

const daySeconds = 86_400;
const rememberedDays = 512;

/** @throws {CalendarError} when croner refuses the day fields. */
export function cronTimes(fields: CronFields): LocalTimes {
  const days = matchingDays(fields.days);
  const times = timesOfDay(fields);
  const first = times(0);
  return (after) => {
    const from = Math.floor(after / 1_000) + 1;
    const today = Math.floor(from / daySeconds);
    const day = days(today);
    if (day === undefined) return undefined;
    if (day > today) return at(day, first);
    const time = times(from - today * daySeconds);
    return time === undefined ? at(days(today + 1), first) : at(day, time);
  };
}

function at(day: number | undefined, time: number | undefined): number | undefined {
  return day === undefined || time === undefined ? undefined : (day * daySeconds + time) * 1_000;
}

const daysByText = new Map<string, Days>();

/** Shared by every cron with the same day fields: of ten thousand schedules most say `* * *`. */
function matchingDays(text: string): Days {
  const known = daysByText.get(text);
  if (known !== undefined) return known;
  const cron = cronOfDays(text);
  const found = new Map<number, number | undefined>();
  const days: Days = (day) => {
    if (found.has(day)) return found.get(day);
    const next = cron.nextRun(new Date((day * daySeconds - 1) * 1_000));
    const result = next === null ? undefined : Math.floor(next.getTime() / 1_000 / daySeconds);
    if (found.size >= rememberedDays) found.clear();
    found.set(day, result);
    return result;
  };
  daysByText.set(text, days);
  return days;
}

function cronOfDays(text: string): Cron {
  try {
    return new Cron(`0 0 0 ${text}`, { mode: '6-part', utcOffset: 0 });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw new CalendarError('cron', `the days ${JSON.stringify(text)} cannot be read: ${reason}`);
  }
}

/** The first matching second of the day from `from` on (inclusive); undefined when the day has no more. */
function timesOfDay(fields: CronFields): (from: number) => number | undefined {
  const hourFrom = nextTable(fields.hours, 24);
  const minuteFrom = nextTable(fields.minutes, 60);
  const secondFrom = nextTable(fields.seconds, 60);
  const firstMinute = fields.minutes[0] ?? 0;
  const firstSecond = fields.seconds[0] ?? 0;
  return (from) => {
    const hour = Math.floor(from / 3_600);
    const minute = Math.floor(from / 60) % 60;
    if (hourFrom[hour] === hour) {
      const second = secondFrom[from % 60];
      if (minuteFrom[minute] === minute && second !== undefined) return hour * 3_600 + minute * 60 + second;
      const nextMinute = minuteFrom[minute + 1];
      if (nextMinute !== undefined) return hour * 3_600 + nextMinute * 60 + firstSecond;
    }
    const nextHour = hourFrom[hour + (hourFrom[hour] === hour ? 1 : 0)];
    return nextHour === undefined ? undefined : nextHour * 3_600 + firstMinute * 60 + firstSecond;
  };
}

type NextTable = readonly (number | undefined)[];

/** Crons that say the same in a field share its values, and so its table. */
const tables = new WeakMap<readonly number[], NextTable>();

/** For each number below `size` the first of `values` that is not below it. */
function nextTable(values: readonly number[], size: number): NextTable {
  const known = tables.get(values);
  if (known !== undefined) return known;
  const table: (number | undefined)[] = new Array(size + 1).fill(undefined);
  const matching = new Set(values);
  for (let value = size - 1; value >= 0; value -= 1)
    table[value] = matching.has(value) ? value : table[value + 1];
  tables.set(values, table);
  return table;
}
