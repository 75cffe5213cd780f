// Functions that choose a value, and the time, as the page and sprig have them.
import { TimeValue } from '../data.ts';
import { integerOf, isTrue, kindOf, typeName } from '../go/values.ts';
import { inShort, Problem } from '../problem.ts';
import { formatTime } from '../time-format.ts';
import { text } from './arguments.ts';
import type { FunctionTable } from './function.ts';

/** RFC 3339, as JSON payloads carry times. */
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function toTime(value: unknown): TimeValue {
  if (value instanceof TimeValue) return value;
  if (kindOf(value) === 'int') return validTime(Number(integerOf(value)) * 1_000, value);
  if (typeof value === 'string' && timestamp.test(value)) return validTime(Date.parse(value), value);
  throw new Problem(`date wants a time, seconds since 1970 or RFC 3339, not ${typeName(value)}`);
}

function validTime(ms: number, value: unknown): TimeValue {
  if (Math.abs(ms) <= 8.64e15) return new TimeValue(ms);
  throw new Problem(`${inShort(String(value))} is no time`);
}

export const choiceFunctions: FunctionTable = {
  default: {
    parameters: ['any'],
    rest: 'any',
    call: ([fallback, value]) => (isTrue(value) ? value : fallback),
  },
  coalesce: {
    parameters: [],
    rest: 'any',
    subjectFirst: true,
    call: (values) => values.find((value) => isTrue(value)),
  },
  ternary: {
    parameters: ['any', 'any', 'bool'],
    call: ([yes, no, condition]) => (condition === true ? yes : no),
  },
  empty: { parameters: ['any'], call: ([value]) => !isTrue(value) },
  now: {
    parameters: [],
    call: (_, { clock }) => new TimeValue(Math.floor(clock.now() / 1_000) * 1_000),
  },
  date: {
    parameters: ['string', 'any'],
    call: ([layout, value], { budget }) => formatTime(toTime(value), text(layout), budget),
  },
};
