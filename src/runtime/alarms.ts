import type { Clock, TimerId } from '../core/clock.ts';

/**
 * What rings lead to at once: enough to share a commit, and few enough that the tasks of the first run before the
 * others are looked at (bench/schedules.ts).
 */
const mostWork = 25;

/**
 * The waits of the schedules: one for each key, all in the clock's one heap. XState's own delays would do the same
 * for a few actors, but each actor that stops looks through the delays of all of them: with ten thousand waiting
 * schedules a stop took eight seconds.
 *
 * Of ten thousand that are due at once some ring at a time, so that the first tasks run while the last ones are
 * still to be admitted.
 */
export class Alarms {
  readonly #clock: Clock;
  readonly #timers = new Map<string, TimerId>();
  /** Those whose time has come, in that order. */
  readonly #due = new Map<string, () => void>();
  #working = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `ring` once after `ms` milliseconds, in place of what was set under this key before. */
  set(key: string, ms: number, ring: () => void): void {
    this.clear(key);
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(key);
      this.#due.set(key, ring);
      this.#ringDue();
    }, ms);
    this.#timers.set(key, timer);
  }

  /** Does what a ring is for. While as many of these are under way as may be, nothing else rings. */
  async work<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#ringDue();
    }
  }

  clear(key: string): void {
    this.#due.delete(key);
    const timer = this.#timers.get(key);
    if (timer === undefined) return;
    this.#clock.clearTimeout(timer);
    this.#timers.delete(key);
  }

  clearAll(): void {
    for (const key of [...this.#timers.keys(), ...this.#due.keys()]) this.clear(key);
  }

  #ringDue(): void {
    for (const [key, ring] of this.#due) {
      if (this.#working >= mostWork) return;
      this.#due.delete(key);
      ring();
    }
  }
}
