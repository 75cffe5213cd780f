// How Go would see a value: its kind, its truth, its number. Integers are JavaScript numbers, or bigints beyond 2^53.
// Other numbers are floats, and so are `Float` and what JSON wrote with a fraction or an exponent.
import { JsonNumber } from '../../core/json.ts';
import { TimeValue } from '../data.ts';
import { isNamed, memberCount, type Named } from '../members.ts';
import { Problem } from '../problem.ts';

/** A float that a template wrote or a function made. It prints as Go prints floats; those of the data keep their digits. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toJSON(): number {
    return this.value;
  }
}

export type Integer = number | bigint;
export type Kind = 'nil' | 'bool' | 'string' | 'int' | 'float' | 'list' | 'map' | 'time';

/** The shortest representation of an integer: a number wherever it is exact. */
export function asInteger(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Functions, symbols and whatever else is no data count as nil. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'object':
      return value === null ? 'nil' : kindOfObject(value);
    default:
      return 'nil';
  }
}

function kindOfObject(value: object): Kind {
  if (Array.isArray(value)) return 'list';
  if (value instanceof JsonNumber) return value.isInteger ? 'int' : 'float';
  if (value instanceof Float) return 'float';
  return value instanceof TimeValue ? 'time' : 'map';
}

/** What Go calls the type of such a value. */
export function typeName(value: unknown): string {
  const names = {
    nil: '<nil>',
    bool: 'bool',
    string: 'string',
    int: 'int',
    float: 'float64',
    list: '[]interface {}',
    map: 'map[string]interface {}',
    time: 'time.Time',
  };
  return names[kindOf(value)];
}

/** Digits of an integer that can be reckoned with: for many more it would take long. */
const mostDigits = 1_000;

/** The integer that a value of kind `int` is. @throws {Problem} for one that only a stall would be made of. */
export function integerOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof JsonNumber && value.text.length > mostDigits)
    throw new Problem(`a number of ${value.text.length} digits is too long to reckon with`);
  return BigInt(value instanceof JsonNumber ? value.text : Number(value));
}

/** The float that a value of kind `int` or `float` is nearest to. */
export function floatOf(value: unknown): number {
  return value instanceof Float ? value.value : Number(value);
}

/** Go's truth: false, zero, nil and whatever is empty are false. */
export function isTrue(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'nil':
      return false;
    case 'bool':
      return value === true;
    case 'string':
      return value !== '';
    case 'int':
    case 'float':
      return floatOf(value) !== 0;
    case 'list':
      return Array.isArray(value) && value.length > 0;
    case 'map':
      return isNamed(value) && memberCount(value) > 0;
    case 'time':
      return true;
  }
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is Named {
  return kindOf(value) === 'map' && isNamed(value);
}
