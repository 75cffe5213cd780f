// How the words of a command line become what a command takes; a wrong one is a `UsageError`.
import { UsageError, type Values } from './command.ts';

/**
 * What an option is given. It is not empty: that is a variable which the shell does not have, and an empty host is
 * every address of the machine.
 */
export function given(values: Values, name: string): string | undefined {
  const value = givenText(values, name);
  if (value === '') throw new UsageError(`--${name} is empty`);
  return value;
}

/** A text that may well be empty. */
export function givenText(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function several(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function needed(values: Values, name: string): string {
  const value = given(values, name);
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}

export function integer(values: Values, name: string, least: number, most: number): number | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new UsageError(`--${name} is "${value}" instead of a whole number from ${least} to ${most}`);
  }
  return number;
}

/** Beyond the years 1 to 9999 no calendar can count. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

/** The form that `Date.parse` is specified for. The rest it guesses: the year 2001 from "yesterday 10". */
const isoTime = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/i;

/** ISO 8601, the seconds optional. As in ECMAScript a day alone begins in UTC, and a time without a zone is local. */
export function instant(values: Values, name: string): number | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const [, day] = isoTime.exec(value) ?? [];
  const at = day !== undefined && isDay(day) ? Date.parse(value.toUpperCase()) : Number.NaN;
  if (!(at >= earliest && at <= latest))
    throw new UsageError(`--${name} is "${value}" instead of a time like 2026-03-08T00:00:00Z`);
  return at;
}

/** Past the end of a month `Date.parse` goes on counting: 30 February would be 2 March. */
function isDay(day: string): boolean {
  const begin = Date.parse(day);
  return !Number.isNaN(begin) && new Date(begin).toISOString().startsWith(day);
}

export function oneOf<const Choice extends string>(
  values: Values,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`--${name} is "${value}" instead of ${choices.join(', ')}`);
  return choice;
}

export const formatOf = (values: Values) => oneOf(values, 'format', ['text', 'json']);

export function onlyFile(positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) throw new UsageError(`one file is taken, not ${positionals.length}`);
  if (positionals[0] === '') throw new UsageError('the name of the file is empty');
  return positionals[0];
}

/** For commands that take options alone: of a text without quotes only its first word would be taken. */
export function noWords(positionals: readonly string[]): void {
  const [word] = positionals;
  if (word !== undefined) throw new UsageError(`"${word}" is one word too many; several words want quotes`);
}

/** The first of `actions` is the usual one, and takes no id. */
export function actionOf<const Action extends string>(
  positionals: readonly string[],
  actions: readonly [Action, ...Action[]],
) {
  const [word, id, extra] = positionals;
  const action = word === undefined ? actions[0] : actions.find((candidate) => candidate === word);
  if (action === undefined) throw new UsageError(`"${word}" is none of ${actions.join(', ')}`);
  const last = action === actions[0] ? id : extra;
  if (last !== undefined) throw new UsageError(`"${last}" is one word too many`);
  return { action, id: id === undefined ? undefined : pathWord(id) };
}

/** A word that becomes one part of a path. URLs drop a dot and what is empty, so another path would be asked. */
export function pathWord(word: string): string {
  if (['', '.', '..'].includes(word)) throw new UsageError(`"${word}" is no id`);
  return word;
}

/** A filter that an action has no use for must not be dropped: it would reach more than was asked for. */
export function onlyOptions(values: Values, used: readonly string[], action: string): void {
  const unused = Object.keys(values).filter((name) => !used.includes(name));
  if (unused.length > 0) {
    throw new UsageError(`${action} does not take ${unused.map((name) => `--${name}`).join(', ')}`);
  }
}

/** An option with a value. */
export const text = { type: 'string' } as const;

/** Refuses options that mean nothing beside `other` and would be passed over; of an empty one that is said elsewhere. */
export function refuseBeside(values: Values, other: string, names: readonly string[]): void {
  const found = names.find((name) => values[name] !== undefined && values[name] !== '');
  if (found !== undefined) throw new UsageError(`--${found} means nothing with ${other}`);
}
