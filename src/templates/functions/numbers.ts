// Arithmetic over 64-bit integers, as sprig has it. What is no number counts as 0.
import { asInteger, floatOf, type Integer, integerOf, isTrue, kindOf } from '../go/values.ts';
import { Problem } from '../problem.ts';
import type { FunctionTable, TemplateFunction } from './function.ts';

function toInteger(value: unknown): bigint {
  switch (kindOf(value)) {
    case 'int':
      return BigInt.asIntN(64, integerOf(value));
    case 'float':
      return Number.isFinite(floatOf(value)) ? BigInt.asIntN(64, BigInt(Math.trunc(floatOf(value)))) : 0n;
    case 'bool':
      return isTrue(value) ? 1n : 0n;
    case 'string':
      return typeof value === 'string' ? parseInteger(value) : 0n;
    default:
      return 0n;
  }
}

function parseInteger(text: string): bigint {
  const match = /^([+-]?)(\d+)(?:\.0*)?$/.exec(text);
  if (match === null) return 0n;
  const [, sign, digits = '0'] = match;
  // Beyond 64 bits anyway, unless it begins with zeros.
  if (digits.length > 1_000) return 0n;
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
  return BigInt.asIntN(64, value) === value ? value : 0n;
}

function wrapped(value: bigint): Integer {
  return asInteger(BigInt.asIntN(64, value));
}

function fold(combine: (total: bigint, next: bigint) => bigint): TemplateFunction {
  const call = (values: readonly unknown[]) => {
    const integers = values.map(toInteger);
    return wrapped(integers.reduce((total, next) => BigInt.asIntN(64, combine(total, next))));
  };
  return { parameters: ['any'], rest: 'any', subjectFirst: true, call };
}

// `Math.max` takes no bigints.
function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function ofTwo(combine: (a: bigint, b: bigint) => bigint): TemplateFunction {
  const call = ([a, b]: readonly unknown[]) => wrapped(combine(toInteger(a), toInteger(b)));
  return { parameters: ['any', 'any'], subjectFirst: true, call };
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new Problem('division by zero');
  return value;
}

export const numberFunctions: FunctionTable = {
  add: fold((total, next) => total + next),
  mul: fold((total, next) => total * next),
  max: fold(larger),
  min: fold(smaller),
  sub: ofTwo((a, b) => a - b),
  div: ofTwo((a, b) => a / divisor(b)),
  mod: ofTwo((a, b) => a % divisor(b)),
  int: { parameters: ['any'], call: ([value]) => wrapped(toInteger(value)) },
};
