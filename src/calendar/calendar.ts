// The port of the calendar: when a schedule comes, and what daylight saving does to it.

/** One coming of a schedule. */
export interface Instant {
  /** Wall milliseconds since the epoch. */
  readonly at: number;
  /**
   * What daylight saving did: `moved`, a fixed time that the day skips and that runs right after the gap;
   * `repeated`, the first of two, and the second does not run; `repeated-again`, the second of two under `dst: both`.
   */
  readonly note?: 'moved' | 'repeated' | 'repeated-again' | undefined;
}

/** A time that the clocks skipped or repeated and that does not run, by the `dst` policy. */
export interface SkippedInstant {
  readonly at: number;
  readonly reason: 'dst';
}

export interface Calendar {
  /** The first instant after `after` (exclusive). Undefined when there is none. */
  next(after: number): Instant | undefined;
  /** Instants in (after, until] that `dst` leaves out, for the record; oldest first. */
  skipped(after: number, until: number): readonly SkippedInstant[];
  /** The first of them, without a look at the rest: `until` may be infinite. */
  nextSkipped(after: number, until: number): SkippedInstant | undefined;
  /** The schedule in words: `At 09:00 AM, Monday through Friday (America/New_York)`. */
  readonly words: string;
  /** IANA name of the zone that it counts in. */
  readonly timezone: string;
}

export type DstPolicy = 'vixie' | 'skip' | 'both';

/** What a calendar is made from: exactly one of `cron`, `every` (ms), `at` (ISO 8601 text). */
export interface CalendarSpec {
  readonly cron?: string | undefined;
  readonly every?: number | undefined;
  readonly at?: string | undefined;
  readonly timezone: string;
  readonly dst: DstPolicy;
  /** `every` counts its intervals from here (default: the epoch), so that restarts do not shift it. */
  readonly anchor?: number | undefined;
}

/** The specification was wrong; `field` names the key (`cron`, `timezone`, `at`, `every`) and the message says what is allowed. */
export class CalendarError extends Error {
  readonly field: 'cron' | 'timezone' | 'at' | 'every';

  constructor(field: CalendarError['field'], message: string) {
    super(message);
    this.name = 'CalendarError';
    this.field = field;
  }
}
