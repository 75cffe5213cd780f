// Go's comparisons: between the same kinds only, and an error between others. But an integer and a float are compared as
// the numbers they are: of JSON's one kind of number we make both, and a price is now 150 and now 150.5.
import { TimeValue } from '../data.ts';
import { Problem } from '../problem.ts';
import { compareStrings } from './print.ts';
import { floatOf, integerOf, type Kind, kindOf, typeName } from './values.ts';

/** The order of two numbers, integers of any size being exact; undefined where one is NaN. */
export function numberOrder(a: unknown, b: unknown): -1 | 0 | 1 | undefined {
  const [left, right] = [exactOf(a), exactOf(b)];
  if (left < right) return -1;
  if (left > right) return 1;
  return left >= right ? 0 : undefined;
}

/** JavaScript compares its numbers and its bigints with each other exactly. */
function exactOf(value: unknown): number | bigint {
  if (kindOf(value) !== 'int') return floatOf(value);
  return typeof value === 'number' ? value : integerOf(value);
}

/** Whether two values are the same; nil equals nil alone. @throws {Problem} where Go has no answer. */
export function equal(a: unknown, b: unknown): boolean {
  const [kind, other] = [kindOf(a), kindOf(b)];
  if (kind === 'nil' || other === 'nil') return kind === other;
  for (const value of [a, b]) {
    if (kindOf(value) === 'list' || kindOf(value) === 'map')
      throw new Problem(`${typeName(value)} cannot be compared`);
  }
  if (areNumbers(kind, other)) return numberOrder(a, b) === 0;
  if (kind !== other) throw incompatible(a, b);
  switch (kind) {
    case 'time':
      return a instanceof TimeValue && b instanceof TimeValue && a.ms === b.ms;
    default:
      return a === b;
  }
}

/** Whether `a` comes before `b`. @throws {Problem} unless both are integers, floats or strings. */
export function less(a: unknown, b: unknown): boolean {
  const [kind, other] = [kindOf(a), kindOf(b)];
  for (const value of [a, b]) {
    if (!['int', 'float', 'string'].includes(kindOf(value)))
      throw new Problem(`${typeName(value)} has no order`);
  }
  if (areNumbers(kind, other)) return numberOrder(a, b) === -1;
  if (kind !== other) throw incompatible(a, b);
  return typeof a === 'string' && typeof b === 'string' && compareStrings(a, b) < 0;
}

function areNumbers(kind: Kind, other: Kind): boolean {
  return (kind === 'int' || kind === 'float') && (other === 'int' || other === 'float');
}

function incompatible(a: unknown, b: unknown): Problem {
  return new Problem(`${typeName(a)} and ${typeName(b)} cannot be compared`);
}
