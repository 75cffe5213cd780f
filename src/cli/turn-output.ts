import type { Clock } from '../core/clock.ts';
import type { Output } from './io.ts';

/** Text that waits for the end of the turn may be this long, in UTF-16 code units. */
const mostWaiting = 65_536;

/**
 * Writes what one turn of the event loop says with one call to the system: a commit that a hundred tasks share makes
 * a hundred lines, and a call for each takes as long as making it. Only for what nobody watches as it comes.
 */
export class TurnOutput implements Output {
  readonly #output: Output;
  readonly #clock: Clock;
  #waiting = '';

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  write(text: string): void {
    if (this.#waiting === '') this.#clock.nextTurn(() => this.flush());
    this.#waiting += text;
    if (this.#waiting.length > mostWaiting) this.flush();
  }

  /** Writes what waits, for an end that comes before that of the turn. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#output.write(text);
  }
}
