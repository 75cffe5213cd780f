import { stepsOfText } from '../budget.ts';
import { integerOf, kindOf, typeName } from '../go/values.ts';
import { Problem } from '../problem.ts';
import type { Parameter, Surroundings, TemplateFunction } from './function.ts';

/**
 * Calls a function after its arguments were checked against what it takes.
 * @throws {Problem}
 */
export function callFunction(
  name: string,
  { parameters, rest, call }: TemplateFunction,
  args: readonly unknown[],
  surroundings: Surroundings,
): unknown {
  const fits = rest === undefined ? args.length === parameters.length : args.length >= parameters.length;
  if (!fits) {
    const wanted = `${rest === undefined ? '' : 'at least '}${parameters.length}`;
    throw new Problem(`${name} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${args.length}`);
  }
  let steps = 1;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    check(name, parameters[index] ?? rest ?? 'any', arg);
    // Functions over lists count the items that they look at: most look at few.
    if (typeof arg === 'string') steps += stepsOfText(arg.length);
  }
  surroundings.budget.spend(steps);
  return call(args, surroundings);
}

function check(name: string, parameter: Parameter, value: unknown): void {
  if (parameter === 'any' || kindOf(value) === parameter) return;
  throw new Problem(`${name} wants ${parameter}, not ${typeName(value)}`);
}

/** An argument that was checked to be a string. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An argument that was checked to be an integer, held to what a length or an index can be. */
export function count(value: unknown): number {
  const integer = integerOf(value);
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(integer > most ? most : integer < -most ? -most : integer);
}

/** An argument that was checked to be a list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
