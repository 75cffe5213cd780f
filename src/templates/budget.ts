import type { Clock } from '../core/clock.ts';
import { Problem } from './problem.ts';
import type { TemplateLimits } from './template.ts';

export const defaultLimits: TemplateLimits = { time: 100, output: 2 ** 20 };

/** Characters of source that a template may have. */
export const sourceLimit = 64 * 2 ** 10;

/** Nodes visited, loop rounds and function calls together: also stops what a clock that stands still would not. */
const stepLimit = 2_000_000;
const stepsPerLook = 256;

/** Steps for going through a text of `length` characters. */
export function stepsOfText(length: number): number {
  return length >>> 10;
}

/** Steps for going through a list of `length` items, where little is done with each. */
export function stepsOfList(length: number): number {
  return length >>> 4;
}

/** What one rendering may still spend. */
export class Budget {
  readonly output: number;
  readonly #clock: Clock;
  readonly #time: number;
  readonly #deadline: number;
  #steps = 0;
  #produced = 0;

  constructor(limits: TemplateLimits, clock: Clock) {
    this.output = limits.output;
    this.#clock = clock;
    this.#time = limits.time;
    this.#deadline = clock.monotonic() + limits.time;
  }

  /** Counts work done. @throws {Problem} when it was too much, or took too long. */
  spend(steps = 1): void {
    const before = this.#steps;
    this.#steps += steps;
    if (this.#steps > stepLimit) throw new Problem(`the template took more than ${stepLimit} steps`);
    if (before % stepsPerLook > this.#steps % stepsPerLook || steps >= stepsPerLook) this.look();
  }

  /** @throws {Problem} when the time is over. */
  look(): void {
    if (this.#clock.monotonic() > this.#deadline)
      throw new Problem(`rendering took longer than ${this.#time} ms`);
  }

  /**
   * Refuses a text of `length` characters before it is made: nothing longer than the output can be of use.
   * @param added how many of them are new, where a text grows part by part. Default all.
   * @throws {Problem}
   */
  reserve(length: number, added = length): void {
    if (length > this.output) throw new Problem(`a value is longer than the ${this.output} bytes of output`);
    this.#produced += added;
    if (this.#produced > 64 * this.output) throw new Problem('the template makes too much text');
    this.spend(1 + stepsOfText(added));
  }

  /** A text of a function that cannot make it much longer than what it was given. @throws {Problem} */
  made(text: string): string {
    this.reserve(text.length);
    return text;
  }
}
