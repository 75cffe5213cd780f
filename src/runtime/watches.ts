// The three watches that run beside the agents: over rows that come due, the wall clock, and the journal's age.
import type { Clock, TimerId } from '../core/clock.ts';
import type { DeliveryDead } from '../core/events.ts';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Journal, ReadyRows } from '../journal/journal.ts';

/** Wakes when the next waiting row comes due: one timer for a hundred thousand rows. */
export class DueRows {
  readonly #clock: Clock;
  readonly #journal: () => Journal;
  readonly #onReady: (ready: ReadyRows) => void;
  readonly #onDead: (dead: readonly DeliveryDead[]) => void;
  readonly #log: Log;
  #timer: TimerId | undefined;
  #at = Number.POSITIVE_INFINITY;
  #promoting = false;
  /** Asked to look while it was looking, or there is more. */
  #again = false;
  #stopped = false;
  /** Why the last look failed, in words: it is tried every second, and what is said once is not said again. */
  #trouble: string | undefined;

  constructor(options: {
    clock: Clock;
    journal: () => Journal;
    onReady: (ready: ReadyRows) => void;
    onDead: (dead: readonly DeliveryDead[]) => void;
    log: Log;
  }) {
    this.#clock = options.clock;
    this.#journal = options.journal;
    this.#onReady = options.onReady;
    this.#onDead = options.onDead;
    this.#log = options.log;
  }

  start(): void {
    this.#stopped = false;
    void this.#promote();
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  /** A row will come due at this wall time. */
  expect(at: number): void {
    if (this.#stopped || at >= this.#at) return;
    this.#disarm();
    this.#at = at;
    this.#timer = this.#clock.setTimeout(() => void this.#promote(), at - this.#clock.now());
  }

  /** The wall clock was set: what was due in an hour may be due now. */
  look(): void {
    this.#disarm();
    void this.#promote();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }

  async #promote(): Promise<void> {
    if (this.#stopped) return;
    if (this.#promoting) {
      this.#again = true;
      return;
    }
    this.#promoting = true;
    this.#disarm();
    let next: number | undefined;
    try {
      const ready = await this.#journal().promoteDue(this.#clock.now());
      if (ready.agents.length > 0 || ready.endpoints.length > 0) this.#onReady(ready);
      this.#onDead(ready.dead);
      if (ready.more) this.#again = true;
      else next = await this.#journal().nextDueAt();
      this.#trouble = undefined;
    } catch (thrown) {
      const error = errorMessage(thrown);
      if (error !== this.#trouble) this.#log.error('cannot look for due rows', { error });
      this.#trouble = error;
      next = this.#clock.now() + 1_000;
    } finally {
      this.#promoting = false;
    }
    if (this.#again) {
      this.#again = false;
      return this.#promote();
    }
    if (next !== undefined) this.expect(next);
  }
}

/** How often the wall clock is compared with the steady one, in milliseconds. */
const clockInterval = 20_000;
/** A difference below this is drift, not somebody setting the clock, in milliseconds. */
const clockTolerance = 1_000;

/**
 * Notices that the wall clock was set, or that the machine slept: then the wall clock has moved against the
 * steady one. Within {@linkcode clockInterval} of running time.
 * @returns stops the watch.
 */
export function watchClock(clock: Clock, onChanged: (byMs: number) => void): () => void {
  let offset = clock.now() - clock.monotonic();
  let timer = clock.setTimeout(check, clockInterval);
  function check(): void {
    const moved = clock.now() - clock.monotonic() - offset;
    if (Math.abs(moved) >= clockTolerance) {
      offset += moved;
      onChanged(moved);
    }
    timer = clock.setTimeout(check, clockInterval);
  }
  return () => clock.clearTimeout(timer);
}

/** How often old rows are pruned, in milliseconds. */
const pruneInterval = 3_600_000;
/** How far the wall clock may be set ahead before what it calls old is kept for another interval, in milliseconds. */
const pruneTolerance = 86_400_000;

/**
 * Deletes from the journal, soon and each hour, what is older than `keep()` milliseconds. A wall clock that was set days
 * ahead may be wrong, and what is deleted is gone: it has until the next look to be put right.
 */
export function watchRetention(options: {
  readonly clock: Clock;
  readonly journal: () => Pick<Journal, 'prune'>;
  readonly keep: () => number;
  readonly log: Log;
}): () => void {
  const { clock, journal, keep, log } = options;
  let offset = clock.now() - clock.monotonic();
  let timer = clock.setTimeout(look, 60_000);
  function look(): void {
    const now = clock.now();
    const moved = now - clock.monotonic() - offset;
    offset += moved;
    if (moved > pruneTolerance) {
      log.warn('nothing is pruned for another hour: the wall clock was set days ahead', {
        byMs: Math.round(moved),
      });
    } else prune(now);
    timer = clock.setTimeout(look, pruneInterval);
  }
  function prune(now: number): void {
    journal()
      .prune(now - keep(), now)
      .then(
        (count) => (count > 0 ? log.debug('pruned the journal', { rows: count }) : undefined),
        (thrown: unknown) => log.error('cannot prune the journal', { error: errorMessage(thrown) }),
      );
  }
  return () => clock.clearTimeout(timer);
}
