import { type Clock, TimerHeap, type TimerId } from '../core/clock.ts';

/**
 * What rings lead to at once: enough to share a commit, and few enough that the tasks of the first run before the
 * others are looked at (bench/schedules.ts).
 */
const mostWork = 40;

/**
 * The waits of the schedules: one for each key, all behind one wait of the clock. XState's own delays would do the
 * same for a few actors, but each actor that stops looks through the delays of all of them: with ten thousand waiting
 * schedules a stop took eight seconds.
 *
 * Of ten thousand that are due at once some ring at a time, so that the first tasks run while the last ones are
 * still to be admitted.
 */
export class Alarms {
  readonly #clock: Clock;
  readonly #waits = new TimerHeap();
  readonly #ids = new Map<string, TimerId>();
  /** The clock's wait for the first of them. */
  #next: { readonly at: number; readonly timer: TimerId } | undefined;
  #working = 0;
  /** At the end of this turn what is due rings. */
  #ringing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `ring` once after `ms` milliseconds, in place of what was set under this key before. */
  set(key: string, ms: number, ring: () => void): void {
    this.clear(key);
    const id = this.#waits.add(this.#clock.monotonic() + Math.max(0, ms), () => {
      this.#ids.delete(key);
      ring();
    });
    this.#ids.set(key, id);
    this.#arm();
  }

  /** Does what a ring is for. While as many of these are under way as may be, nothing else rings. */
  async work<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#ringLater();
    }
  }

  clear(key: string): void {
    const id = this.#ids.get(key);
    if (id === undefined) return;
    this.#waits.remove(id);
    this.#ids.delete(key);
  }

  clearAll(): void {
    for (const key of [...this.#ids.keys()]) this.clear(key);
    this.#disarm();
  }

  /**
   * When the turn is over: replies that come fast enough are all of one turn, and if each let another schedule ring at
   * once, none of the tasks would start before the last one is admitted.
   */
  #ringLater(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    this.#clock.nextTurn(() => {
      this.#ringing = false;
      this.#ringDue();
    });
  }

  #ringDue(): void {
    try {
      while (this.#working < mostWork) {
        const ring = this.#waits.takeDue(this.#clock.monotonic());
        if (ring === undefined) break;
        ring();
      }
    } finally {
      // Also when one throws: the others must not be lost with it.
      this.#arm();
    }
  }

  /** Waits for the first of all waits, unless it does already. One that is cleared meanwhile costs a ring of nobody. */
  #arm(): void {
    const at = this.#waits.nextAt;
    // Whatever makes room for more work rings.
    if (at === undefined || this.#working >= mostWork || (this.#next !== undefined && this.#next.at <= at))
      return;
    this.#disarm();
    const timer = this.#clock.setTimeout(
      () => {
        this.#next = undefined;
        this.#ringDue();
      },
      Math.max(0, at - this.#clock.monotonic()),
    );
    this.#next = { at, timer };
  }

  #disarm(): void {
    if (this.#next === undefined) return;
    this.#clock.clearTimeout(this.#next.timer);
    this.#next = undefined;
  }
}
