// What the clocks of a zone show, as pieces of constant offset. `Intl` knows the offset of one instant at a time
// and takes about two microseconds for it, so the pieces are found once for each stretch of 16 days and kept:
// a start asks four hundred zones about today.
import { CalendarError } from './calendar.ts';

/** A stretch of time in which a zone keeps one offset. All in milliseconds; an offset is local time less UTC. */
export interface Piece {
  /** The first instant of it. An offset change, except where `before` equals `offset`: then only the edge of what was looked at. */
  readonly start: number;
  /** The first instant after it. */
  readonly end: number;
  readonly offset: number;
  /** The offset until `start`. */
  readonly before: number;
  /** The offset from `end` on. */
  readonly after: number;
}

export interface Zone {
  readonly name: string;
  /**
   * The piece that holds `instant`. It begins and ends at offset changes where these are less than two days
   * from `instant`, which is more than any change has moved the clocks; farther off it may be cut short.
   */
  pieceAt(instant: number): Piece;
}

const second = 1_000;
const day = 86_400_000;
const stretch = 16 * day;
const margin = 2 * day;

const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name; made once for each name.
 * @throws {CalendarError} when this runtime does not know the name.
 */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = makeZone(name);
  zones.set(name, zone);
  return zone;
}

function makeZone(name: string): Zone {
  const offsetAt = offsets(name);
  const stretches = new Map<number, readonly Piece[]>();
  return {
    name,
    pieceAt(instant) {
      const index = Math.floor(instant / stretch);
      let pieces = stretches.get(index);
      if (pieces === undefined) {
        pieces = piecesBetween(offsetAt, index * stretch - margin, (index + 1) * stretch + margin);
        stretches.set(index, pieces);
      }
      const piece = pieces.find((candidate) => instant < candidate.end);
      if (piece === undefined)
        throw new RangeError(`${instant} is no instant that ${name} can be asked about`);
      return piece;
    },
  };
}

function offsets(name: string): (instant: number) => number {
  const format = formatFor(name);
  return (instant) => {
    const [month = 1, dayOfMonth = 1, year = 0, hour = 0, minute = 0, seconds = 0] = (
      format.format(instant).match(/\d+/g) ?? []
    ).map(Number);
    return (
      Date.UTC(year, month - 1, dayOfMonth, hour, minute, seconds) - Math.floor(instant / second) * second
    );
  };
}

function formatFor(name: string): Intl.DateTimeFormat {
  // An offset such as "+02:00" is no zone, though newer runtimes take it for one: it knows no daylight saving.
  if (!/^[A-Za-z]/.test(name)) throw unknownZone();
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw unknownZone();
  }
}

function unknownZone(): CalendarError {
  return new CalendarError(
    'timezone',
    'there is no such zone, allowed are the IANA names such as "UTC" or "Europe/Berlin"',
  );
}

/** Looks once a day: no zone has changed its offset and changed it back within one. */
function piecesBetween(offsetAt: (instant: number) => number, from: number, to: number): readonly Piece[] {
  const changes: { at: number; before: number; offset: number }[] = [];
  let before = offsetAt(from);
  for (let at = from; at < to; at += day) {
    const offset = offsetAt(at + day);
    if (offset === before) continue;
    changes.push({ at: firstSecondOf(offsetAt, offset, at, at + day), before, offset });
    before = offset;
  }
  const bounds = [
    { at: from, before: changes[0]?.before ?? before, offset: changes[0]?.before ?? before },
    ...changes,
  ];
  return bounds.map((bound, index) => {
    const next = bounds[index + 1];
    return {
      start: bound.at,
      end: next?.at ?? to,
      offset: bound.offset,
      before: bound.before,
      after: next?.offset ?? bound.offset,
    };
  });
}

function firstSecondOf(
  offsetAt: (instant: number) => number,
  offset: number,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  while (high - low > second) {
    const middle = low + Math.floor((high - low) / 2 / second) * second;
    if (offsetAt(middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}
