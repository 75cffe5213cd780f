import type { JsonNumber } from '../../core/json.ts';
import { numberOrder } from '../go/compare.ts';
import { Float } from '../go/values.ts';

/**
 * A number that is printed with other digits than a JavaScript number has: `1.50`, or an integer beyond 2^53. Liquid
 * sees its text where it wants a text and compares it exactly; where it reckons, it gets the nearest number. It is no
 * `Drop`, of which Liquid would read what its prototype has.
 */
export class ExactNumber {
  readonly #exact: JsonNumber | Float;

  constructor(exact: JsonNumber | Float) {
    this.#exact = exact;
    // Else Liquid would count its keys.
    Object.defineProperty(this, 'size', { value: undefined });
  }

  get exact(): JsonNumber | Float {
    return this.#exact;
  }

  toJSON(): JsonNumber | Float {
    return this.#exact;
  }

  [Symbol.toPrimitive](hint: string): string | number {
    const text = this.#exact instanceof Float ? String(this.#exact.value) : this.#exact.text;
    return hint === 'string' ? text : Number(text);
  }

  // What Liquid wants of a value that compares itself.

  equals(other: unknown): boolean {
    return typeof other !== 'string' && this.#order(other) === 0;
  }

  gt(other: unknown): boolean {
    return this.#order(other) === 1;
  }

  geq(other: unknown): boolean {
    return this.gt(other) || this.#order(other) === 0;
  }

  lt(other: unknown): boolean {
    return this.#order(other) === -1;
  }

  leq(other: unknown): boolean {
    return this.lt(other) || this.#order(other) === 0;
  }

  /** Undefined against what is no number. A text counts as the number that it spells, as between JavaScript's own. */
  #order(other: unknown): -1 | 0 | 1 | undefined {
    if (other instanceof ExactNumber) return numberOrder(this.#exact, other.exact);
    if (typeof other === 'number') return numberOrder(this.#exact, other);
    return typeof other === 'string' ? numberOrder(this.#exact, Number(other)) : undefined;
  }
}

/** The JavaScript number of an exact one; any other value as it is. */
export function asPlainNumber(value: unknown): unknown {
  return value instanceof ExactNumber ? Number(value) : value;
}
