// What becomes of the instants of a schedule that have passed: which run now and which are on record as skipped.
import { createHash } from 'node:crypto';
import type { Calendar, Instant } from '../calendar/calendar.ts';

/** An instant that is at most this many milliseconds old is on time, whatever `missed` says. */
export const lateTolerance = 60_000;

/** Never more instants than these run in one go, the newest ones; that also bounds `missed: all`. */
export const mostRuns = 100;

/** Of the instants that have passed only the newest 10,000 are looked at; older ones are dealt with uncounted. */
export const mostCounted = 10_000;

/** Skipped instants are told minute by minute for this many minutes of each reason; older ones share one record. */
export const mostRecords = 100;

/** The group of the tasks of a schedule that run one after another. */
export const scheduleGroup = (trigger: string) => `schedule:${trigger}`;

export interface PassedTime {
  readonly calendar: Calendar;
  /** All instants up to here are dealt with. Wall milliseconds, as `now`. */
  readonly lastInstant: number;
  readonly now: number;
  readonly missed: 'skip' | 'latest' | 'all';
  /** How far back of `now`, in milliseconds, `missed` looks; inclusive. */
  readonly missedWindow: number;
}

export interface DueInstant extends Instant {
  /** It is older than {@linkcode lateTolerance}, and runs because `missed` says so. */
  readonly late: boolean;
}

export interface SkippedInstants {
  readonly reason: 'missed' | 'dst';
  /** The newest of them. */
  readonly at: number;
  readonly count: number;
}

export interface DueInstants {
  /** To run now, oldest first. */
  readonly run: readonly DueInstant[];
  /** For the record, oldest first. No instant is both here and in `run`. */
  readonly skipped: readonly SkippedInstants[];
  /** The newest instant in here, or the old one where there is none: it never goes back. */
  readonly lastInstant: number;
}

/**
 * Decides about every instant in (lastInstant, now]. Instants up to {@linkcode lateTolerance} old run. Of older
 * ones, back to `missedWindow`, `all` runs every one and `latest` the newest, unless a newer one is on time anyway;
 * the rest is skipped. Work and memory are bounded whatever the length of the time and the pace of the schedule.
 * With the clock set back, to before `lastInstant`, nothing is due.
 */
export function dueInstants(passed: PassedTime): DueInstants {
  const { calendar, lastInstant, now, missed } = passed;
  const instants = newestInstants(calendar, lastInstant, now, mostCounted);
  const onTime = instants.filter(({ at }) => now - at <= lateTolerance).length;
  const inWindow = instants.filter(
    ({ at }) => now - at <= Math.max(passed.missedWindow, lateTolerance),
  ).length;
  const wanted = { skip: onTime, latest: onTime === 0 ? Math.min(inWindow, 1) : onTime, all: inWindow }[
    missed
  ];
  const first = instants.length - Math.min(wanted, mostRuns);
  const run = instants
    .slice(first)
    .map((instant) => ({ ...instant, late: now - instant.at > lateTolerance }));
  const missedAt = instants.slice(0, first).map(({ at }) => at);
  const leftOutAt = calendar.skipped(lastInstant, now).map(({ at }) => at);
  const skipped = [...byMinute('missed', missedAt), ...byMinute('dst', leftOutAt)].sort(
    (a, b) => a.at - b.at,
  );
  return {
    run,
    skipped,
    lastInstant: Math.max(run.at(-1)?.at ?? lastInstant, skipped.at(-1)?.at ?? lastInstant),
  };
}

/**
 * The delay of an instant in [0, jitter) milliseconds: the same for the same trigger and instant in every process,
 * so that a restart neither repeats nor reorders what was already put off.
 */
export function jitterDelay(agent: string, trigger: string, instant: number, jitter: number): number {
  if (jitter === 0) return 0;
  const hash = createHash('sha256')
    .update(JSON.stringify([agent, trigger, instant]))
    .digest();
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * jitter);
}

/** The newest `count` instants in (after, until], or all where there are fewer; oldest first. */
function newestInstants(calendar: Calendar, after: number, until: number, count: number): readonly Instant[] {
  // A calendar only looks forward. So a start is sought from which there are enough instants and not too many:
  // each look ends at twice what is wanted, and the starts close in on one another by halves.
  let tooMany = after;
  let tooFew = until;
  for (let start = after; ; ) {
    const { instants, complete } = instantsFrom(calendar, start, until, count * 2);
    if (complete && (instants.length >= count || start === after)) return instants.slice(-count);
    if (complete) tooFew = start;
    else tooMany = start;
    // At an even pace the last stretch as long as the one just looked at holds as many: that saves the halving.
    const span = (instants.at(-1)?.at ?? until) - start;
    const guess = start === after ? Math.floor(until - span * 0.75) : Math.floor((tooMany + tooFew) / 2);
    start = Math.min(Math.max(guess, tooMany + 1), tooFew - 1);
  }
}

function instantsFrom(
  calendar: Calendar,
  after: number,
  until: number,
  most: number,
): { readonly instants: readonly Instant[]; readonly complete: boolean } {
  const instants: Instant[] = [];
  let next = calendar.next(after);
  while (next !== undefined && next.at <= until && instants.length < most) {
    instants.push(next);
    next = calendar.next(next.at);
  }
  return { instants, complete: next === undefined || next.at > until };
}

function byMinute(
  reason: SkippedInstants['reason'],
  instants: readonly number[],
): readonly SkippedInstants[] {
  const minutes: { reason: SkippedInstants['reason']; at: number; count: number }[] = [];
  for (const at of instants) {
    const last = minutes.at(-1);
    if (last === undefined || Math.floor(at / 60_000) > Math.floor(last.at / 60_000)) {
      minutes.push({ reason, at, count: 1 });
    } else {
      last.at = at;
      last.count += 1;
    }
  }
  const older = minutes.splice(0, Math.max(0, minutes.length - mostRecords));
  const newest = older.at(-1);
  if (newest === undefined) return minutes;
  return [{ ...newest, count: older.reduce((sum, { count }) => sum + count, 0) }, ...minutes];
}
