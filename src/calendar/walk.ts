// Local times turned into instants. A zone's time is walked piece by piece: within a piece local time and instants
// run side by side, and what a policy does shows only where one piece follows another.
//   - Clocks forward: the local times between `start + before` and `start + offset` are skipped. They run as one
//     instant at `start`, unless the policy leaves them out or `start` is an instant anyway.
//   - Clocks back: the local times below `start + before` come again. They run again only where the policy says so.
import type { DstPolicy, Instant, SkippedInstant } from './calendar.ts';
import type { LocalTimes } from './cron-times.ts';
import type { Piece, Zone } from './zone.ts';

/** `elapsed`: whatever the clocks show runs, as often as they show it. */
export type Rule = DstPolicy | 'elapsed';

const settle = 2 * 86_400_000;

/** The first instant after `after` (exclusive); undefined when there is none. */
export function nextInstant(zone: Zone, times: LocalTimes, rule: Rule, after: number): Instant | undefined {
  const first = Math.floor(after) + 1;
  for (let instant = first; ; ) {
    const piece = zone.pieceAt(instant);
    if (instant === piece.start && movesInto(piece, times, rule)) return { at: instant, note: 'moved' };
    const from = instant + piece.offset;
    const again = rule === 'elapsed' || rule === 'both';
    const local = times((again ? from : Math.max(from, piece.start + piece.before)) - 1);
    if (local === undefined) return undefined;
    const at = local - piece.offset;
    if (at < piece.end) {
      const note = noteOf(piece, local, rule);
      return note === undefined ? { at } : { at, note };
    }
    // No local time before `local` is due any more once the clocks can no longer fall back to before `after`,
    // so a rare cron need not be walked through every piece of the years in between.
    instant = piece.end > first + settle ? Math.max(piece.end, local - settle) : piece.end;
  }
}

/**
 * Instants in (after, until] that `both` has and `rule` has not; oldest first. Each is looked for when it is asked for,
 * so `until` may be infinite.
 */
export function* leftOut(
  zone: Zone,
  times: LocalTimes,
  rule: Rule,
  after: number,
  until: number,
): Generator<SkippedInstant, undefined> {
  if (rule === 'elapsed' || rule === 'both') return;
  const first = Math.floor(after) + 1;
  for (let instant = first; instant <= until; ) {
    const piece = zone.pieceAt(instant);
    if (rule === 'skip' && instant === piece.start && movesInto(piece, times, 'both')) {
      yield { at: instant, reason: 'dst' };
    }
    const end = Math.min(piece.start + piece.before - piece.offset, piece.end, until + 1);
    for (let at = instant - 1; at < end; ) {
      const local = times(at + piece.offset);
      if (local === undefined || local - piece.offset >= end) break;
      at = local - piece.offset;
      yield { at, reason: 'dst' };
    }
    if (piece.end > until) return;
    // What a change of the clocks leaves out is less than two days from it, so a rare cron goes on near its next time.
    const local = times(piece.end + Math.min(piece.offset, piece.after) - 1);
    if (local === undefined) return;
    instant = Math.max(piece.end, local - settle);
  }
}

function movesInto(piece: Piece, times: LocalTimes, rule: Rule): boolean {
  if (piece.offset <= piece.before || rule === 'elapsed' || rule === 'skip') return false;
  const gapEnd = piece.start + piece.offset;
  const local = times(piece.start + piece.before - 1);
  return local !== undefined && local < gapEnd && times(gapEnd - 1) !== gapEnd;
}

function noteOf(piece: Piece, local: number, rule: Rule): Instant['note'] {
  if (rule === 'elapsed') return undefined;
  if (rule === 'both') return local < piece.start + piece.before ? 'repeated-again' : undefined;
  return local >= piece.end + piece.after ? 'repeated' : undefined;
}
