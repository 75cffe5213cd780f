import type fc from 'fast-check';
import type { FakeClock } from './fake-clock.ts';

/** What model commands are run on. */
export interface Stepped {
  readonly clock: FakeClock;
}

/**
 * One thing that may happen, at any time: a command of fast-check with a name. Everything that follows from it
 * settles before the next.
 */
export class Step<Real extends Stepped> implements fc.AsyncCommand<object, Real> {
  readonly #name: string;
  readonly #happen: (real: Real) => unknown;

  constructor(name: string, happen: (real: Real) => unknown) {
    this.#name = name;
    this.#happen = happen;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, real: Real): Promise<void> {
    await this.#happen(real);
    await real.clock.settle(1);
  }

  toString(): string {
    return this.#name;
  }
}
