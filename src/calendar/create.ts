import cronstrue from 'cronstrue';
import { formatDuration, longestDuration, parseDuration } from '../core/duration.ts';
import { type Calendar, CalendarError, type CalendarSpec } from './calendar.ts';
import { parseCron } from './cron-fields.ts';
import { cronTimes } from './cron-times.ts';
import { instantOf } from './once.ts';
import { leftOut, nextInstant, type Rule } from './walk.ts';
import { type Zone, zoneNamed } from './zone.ts';

/** The end of the year 9999: there is no RFC 3339 for what comes after it. */
const endOfTime = Date.UTC(10_000, 0) - 1;

/**
 * A calendar from exactly one of `cron` (five fields, six with seconds first, or a nickname), `every` (whole
 * milliseconds) and `at` (ISO 8601 with an offset, or local in the zone).
 * @throws {CalendarError} naming the wrong field and what is allowed: `minute is 61, allowed are 0 to 59`.
 */
export function createCalendar(spec: CalendarSpec): Calendar {
  const zone = zoneNamed(spec.timezone);
  const { cron, every, at } = spec;
  const given = [cron, every, at].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new CalendarError(
      'cron',
      `${given.length} of cron, every and at are given, allowed is exactly one`,
    );
  }
  if (cron !== undefined) return cronCalendar(cron, zone, spec);
  if (every !== undefined) return intervalCalendar(every, zone, spec.anchor ?? 0);
  return onceCalendar(at ?? '', zone, spec);
}

function cronCalendar(cron: string, zone: Zone, spec: CalendarSpec): Calendar {
  const fields = parseCron(cron);
  const times = cronTimes(fields);
  const rule: Rule = fields.fixed ? spec.dst : 'elapsed';
  return {
    next: (after) => nextInstant(zone, times, rule, after),
    skipped: (after, until) => [...leftOut(zone, times, rule, after, until)],
    nextSkipped: (after, until) => leftOut(zone, times, rule, after, until).next().value,
    get words() {
      return `${cronInWords(cron)} (${zone.name})`;
    },
    timezone: zone.name,
  };
}

/** Cronstrue has no words for some of what runs (`1,15W`): the cron itself is better than a refusal. */
function cronInWords(cron: string): string {
  try {
    return cronstrue.toString(cron.trim(), { use24HourTimeFormat: true });
  } catch {
    return cron.trim();
  }
}

function intervalCalendar(every: number, zone: Zone, anchor: number): Calendar {
  if (!Number.isInteger(every) || every < 1 || every > longestDuration) {
    const allowed = `whole milliseconds from 1 to ${longestDuration}`;
    throw new CalendarError('every', `every is ${every}, allowed are ${allowed}`);
  }
  return {
    next: (after) => {
      const at = anchor + (Math.floor((after - anchor) / every) + 1) * every;
      return at > endOfTime ? undefined : { at };
    },
    skipped: () => [],
    nextSkipped: () => undefined,
    words: `Every ${intervalInWords(every)} (${zone.name})`,
    timezone: zone.name,
  };
}

function intervalInWords(ms: number): string {
  const short = formatDuration(ms);
  return parseDuration(short) === ms ? short : `${ms}ms`;
}

function onceCalendar(at: string, zone: Zone, spec: CalendarSpec): Calendar {
  const { runs, skipped } = instantOf(at, zone, spec.dst);
  const skippedIn = (after: number, until: number) =>
    skipped !== undefined && after < skipped.at && skipped.at <= until ? [skipped] : [];
  return {
    next: (after) => (runs !== undefined && after < runs.at ? runs : undefined),
    skipped: skippedIn,
    nextSkipped: (after, until) => skippedIn(after, until)[0],
    words: `Once at ${at.trim()} (${zone.name})`,
    timezone: zone.name,
  };
}
