import { CalendarError, type CalendarSpec, type Instant, type SkippedInstant } from './calendar.ts';
import { nextInstant } from './walk.ts';
import type { Zone } from './zone.ts';

const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * The one instant of an `at`: ISO 8601 with `Z` or an offset, or without, in the zone's local time. A local time
 * that the clocks skip is moved right after the gap, or `skipped` under `dst: skip`; one that they repeat is the
 * first of the two under every policy, for it is one instant.
 * @throws {CalendarError} when the text is no such time.
 */
export function instantOf(
  text: string,
  zone: Zone,
  dst: CalendarSpec['dst'],
): { readonly runs?: Instant; readonly skipped?: SkippedInstant } {
  const { local, offset } = parse(text.trim());
  if (offset !== undefined) return { runs: { at: local - offset } };
  const once = (after: number) => (after < local ? local : undefined);
  // From two days before, so that every offset a zone can have is still ahead.
  const from = local - 2 * 86_400_000;
  const runs = nextInstant(zone, once, dst === 'both' ? 'vixie' : dst, from);
  if (runs !== undefined) return { runs };
  const moved = nextInstant(zone, once, 'vixie', from);
  return moved === undefined ? {} : { skipped: { at: moved.at, reason: 'dst' } };
}

function parse(text: string): { readonly local: number; readonly offset: number | undefined } {
  const match = iso.exec(text);
  if (match === null) throw wrong(text, 'such as "2026-12-24T09:00" or "2026-12-24T09:00:00+01:00"');
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  const given = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = given;
  const local = Date.UTC(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, '0')));
  const shown = new Date(local);
  const held = [
    shown.getUTCFullYear(),
    shown.getUTCMonth() + 1,
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  ];
  if (held.some((value, index) => value !== given[index])) throw wrong(text, 'a day and time that exist');
  return { local, offset: zone === undefined ? undefined : parseOffset(zone, text) };
}

function parseOffset(zone: string, text: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours * 60 + minutes > 14 * 60 || minutes > 59) throw wrong(text, 'offsets from -14:00 to +14:00');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function wrong(text: string, allowed: string): CalendarError {
  return new CalendarError('at', `at is ${JSON.stringify(text)}, allowed is ISO 8601: ${allowed}`);
}
