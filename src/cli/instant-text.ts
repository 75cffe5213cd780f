import type { Instant } from '../calendar/calendar.ts';

/** Local time with its offset in a zone: `Mon 2026-03-09 09:00 -04:00`. Seconds only where there are some. */
export function localTime(at: number, timezone: string): string {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  const seconds = at % 60_000 === 0 ? '' : `:${part('second')}`;
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${part('weekday')} ${date} ${part('hour')}:${part('minute')}${seconds} ${offset}`;
}

/** A mark where daylight saving has to do with an instant; empty elsewhere. Short: a line has 80 columns. */
export function instantNote({ note }: Instant): string {
  switch (note) {
    case 'moved':
      return ' (DST skips it: moved)';
    case 'repeated':
      return ' (DST: first of two)';
    case 'repeated-again':
      return ' (DST: second of two)';
    case undefined:
      return '';
  }
}

/** Making a format costs more than using it, and a file has few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  formats.set(timezone, made);
  return made;
}
