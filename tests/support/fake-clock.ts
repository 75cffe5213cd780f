import { type Clock, TimerHeap, type TimerId } from '../../src/core/clock.ts';

/**
 * A clock that stands still until it is moved. It steps from due time to due time, so a chain of timers
 * (each set by the one before) fires as it would on a real clock, and lets promises settle in between.
 */
export class FakeClock implements Clock {
  readonly #timers = new TimerHeap();
  #monotonic = 0;
  #wall: number;
  /** Callbacks of `nextTurn` that have not been called. */
  #turns = 0;

  constructor(start: number | string = '2026-01-01T00:00:00Z') {
    this.#wall = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** How many waits are set. */
  get pending(): number {
    return this.#timers.size;
  }

  setTimeout(callback: () => void, ms: number): TimerId {
    return this.#timers.add(this.#monotonic + Math.max(0, ms), callback);
  }

  clearTimeout(id: TimerId): void {
    this.#timers.remove(id);
  }

  nextTurn(callback: () => void): void {
    this.#turns += 1;
    setImmediate(() => {
      this.#turns -= 1;
      callback();
    });
  }

  /** Moves both time lines on by `ms`, firing what comes due on the way, and settles promises around each step. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.#rest();
    for (let at = this.#timers.nextAt; at !== undefined && at <= end; at = this.#timers.nextAt) {
      this.#step(at - this.#monotonic);
      for (let due = this.#timers.takeDue(at); due !== undefined; due = this.#timers.takeDue(at)) due();
      await this.#rest();
    }
    this.#step(end - this.#monotonic);
  }

  /**
   * As `advance`, for long times: lets others run only while something waits for the next turn of the event loop,
   * as every commit of the journal does. Nothing else may be under way, such as HTTP.
   */
  async leap(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    for (let at = this.#timers.nextAt; at !== undefined && at <= end; at = this.#timers.nextAt) {
      this.#step(at - this.#monotonic);
      for (let due = this.#timers.takeDue(at); due !== undefined; due = this.#timers.takeDue(at)) due();
      while (this.#turns > 0) await this.settle(2);
    }
    this.#step(end - this.#monotonic);
  }

  /** Sets the wall clock, as an operator or a waking laptop does; durations are not touched. */
  setWall(to: number | string): void {
    this.#wall = typeof to === 'string' ? Date.parse(to) : to;
  }

  /** Moves both time lines on while the program works, so that nothing can fire: what comes due fires late. */
  slip(ms: number): void {
    this.#step(ms);
  }

  /** Lets everything that is ready run: promises and a few turns of the event loop. */
  async settle(turns = 4): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Settles, and goes on while something waits for the next turn: what is counted in turns is not counted in time. */
  async #rest(): Promise<void> {
    await this.settle();
    while (this.#turns > 0) await this.settle(1);
  }

  #step(ms: number): void {
    if (ms <= 0) return;
    this.#monotonic += ms;
    this.#wall += ms;
  }
}
