// The functions of Go's text/template itself, as its documentation defines them. `and` and `or` are in evaluate.ts.
import { equal, less } from '../go/compare.ts';
import { plain } from '../go/print.ts';
import { printf } from '../go/printf.ts';
import { isList, isMap, isTrue, kindOf, typeName } from '../go/values.ts';
import { hasMember, memberCount, readMember } from '../members.ts';
import { Problem } from '../problem.ts';
import { count, text } from './arguments.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import type { FunctionTable, Surroundings } from './function.ts';
import { join, spaced } from './print.ts';

function equalToAny([first, ...others]: readonly unknown[]): boolean {
  if (others.length === 0) throw new Problem('eq wants two values or more');
  return others.some((other) => equal(first, other));
}

function length([value]: readonly unknown[]): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return memberCount(value);
  throw new Problem(`${typeName(value)} has no length`);
}

function index([container, ...keys]: readonly unknown[]): unknown {
  if (kindOf(container) === 'nil') throw new Problem('nil has no elements');
  return keys.reduce(element, container);
}

function element(container: unknown, key: unknown): unknown {
  if (isMap(container)) {
    if (typeof key !== 'string') throw new Problem(`a map is read by a string, not by ${typeName(key)}`);
    return hasMember(container, key) ? readMember(container, key) : undefined;
  }
  if (isList(container)) return container[position(key, container.length - 1)];
  if (typeof container !== 'string') throw new Problem(`${typeName(container)} has no elements`);
  const bytes = Buffer.from(container);
  return bytes[position(key, bytes.length - 1)];
}

function position(key: unknown, last: number): number {
  if (kindOf(key) !== 'int') throw new Problem(`an index is an integer, not ${typeName(key)}`);
  const at = count(key);
  if (at < 0 || at > last) throw new Problem(`the index ${at} is out of range`);
  return at;
}

function slice([container, ...ends]: readonly unknown[]): unknown {
  const isText = typeof container === 'string';
  if (!isText && !isList(container)) throw new Problem(`${typeName(container)} cannot be sliced`);
  if (ends.length > (isText ? 2 : 3)) throw new Problem(`too many indices for a slice: ${ends.length}`);
  const items = isText ? Buffer.from(container) : container;
  const [start = 0, end = items.length, capacity = items.length] = ends.map((key) =>
    position(key, items.length),
  );
  if (start > end || end > capacity) throw new Problem(`the slice ends before it starts: ${start} > ${end}`);
  return isText ? Buffer.from(container).toString('utf8', start, end) : items.slice(start, end);
}

/** The escapers print nil as an action does. */
function shown(value: unknown): unknown {
  return kindOf(value) === 'nil' ? '<no value>' : value;
}

function joined(args: readonly unknown[], { budget }: Surroundings): string {
  const [only] = args;
  return args.length === 1 && typeof only === 'string' ? only : join(args.map(shown), budget);
}

export const builtinFunctions: FunctionTable = {
  not: { parameters: ['any'], call: ([value]) => !isTrue(value) },
  eq: { parameters: ['any'], rest: 'any', subjectFirst: true, call: equalToAny },
  ne: { parameters: ['any', 'any'], subjectFirst: true, call: ([a, b]) => !equal(a, b) },
  lt: { parameters: ['any', 'any'], subjectFirst: true, call: ([a, b]) => less(a, b) },
  le: { parameters: ['any', 'any'], subjectFirst: true, call: ([a, b]) => less(a, b) || equal(a, b) },
  gt: { parameters: ['any', 'any'], subjectFirst: true, call: ([a, b]) => !(less(a, b) || equal(a, b)) },
  ge: { parameters: ['any', 'any'], subjectFirst: true, call: ([a, b]) => !less(a, b) },
  len: { parameters: ['any'], call: length },
  index: { parameters: ['any'], rest: 'any', subjectFirst: true, call: index },
  slice: { parameters: ['any'], rest: 'any', call: slice },
  print: { parameters: [], rest: 'any', subjectFirst: true, call: (args, { budget }) => join(args, budget) },
  println: {
    parameters: [],
    rest: 'any',
    subjectFirst: true,
    call: (args, { budget }) => `${spaced(args, budget, (arg) => plain(arg, budget))}\n`,
  },
  printf: {
    parameters: ['string'],
    rest: 'any',
    call: ([format, ...args], { budget }) => printf(text(format), args, budget),
  },
  html: {
    parameters: [],
    rest: 'any',
    call: (args, around) => escapeHtml(joined(args, around), around.budget),
  },
  js: { parameters: [], rest: 'any', call: (args, around) => escapeJs(joined(args, around), around.budget) },
  urlquery: {
    parameters: [],
    rest: 'any',
    call: (args, around) => escapeQuery(joined(args, around), around.budget),
  },
};
