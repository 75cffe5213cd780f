// Liquid's own filters and operators, counted by what they go through. liquidjs looks at no clock while one works.
import { type Context, defaultOperators, type FilterImplOptions, toValue } from 'liquidjs';
import { type Budget, stepsOfList, stepsOfText } from '../budget.ts';
import { inPieces } from '../functions/pieces.ts';
import { includes, places, splitAt } from '../functions/search.ts';
import { Problem } from '../problem.ts';
import { renderingOf } from './context.ts';
import { asPlainNumber } from './exact-number.ts';

export type Handler = Extract<FilterImplOptions, (...args: never) => unknown>;
type OperatorResult = ReturnType<(typeof defaultOperators)[string]>;

/** Filters that look at a part of their value, or at its items alone: whatever those hold costs nothing. */
const shallow = new Set([
  ...['size', 'first', 'last', 'default', 'raw', 'slice', 'compact', 'reverse', 'concat', 'push', 'unshift'],
  ...['pop', 'shift', 'map', 'where', 'reject', 'group_by', 'has', 'find', 'find_index', 'uniq'],
  ...['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp'],
]);

/** Filters of single characters, which may make a text up to nine times as long. */
const byCharacter = new Set(['escape', 'xml_escape', 'url_encode', 'cgi_escape', 'uri_escape']);

/** Filters that take the name of a property apart for each item. */
const byProperty = new Set(['map', 'sum', 'sort', 'sort_natural']);

/** Filters over characters that do not tell Liquid's limit of memory how many. */
const untold = new Set(['url_decode', 'slugify']);

/** A filter of Liquid's that counts its work, and the text that it makes. */
export function counted(name: string, filter: FilterImplOptions): Handler {
  const own = typeof filter === 'function' ? filter : filter.handler;
  const handler = searching[name] ?? own;
  return function (value, ...args) {
    const { budget } = renderingOf(this.context);
    budget.spend();
    if (!shallow.has(name)) weigh(value, budget);
    for (const arg of args) weigh(arg, budget);
    if (name === 'sort' || name === 'sort_natural') spendOnSorting(value, budget);
    if (name.endsWith('_exp')) checkExpression(name, value, args[1], budget);
    if (byProperty.has(name) && args[0] !== undefined) {
      args[0] = textOf(args[0]);
      spendOnItems(value, args[0], budget);
    }
    if (untold.has(name)) this.context.memoryLimit.use(textOf(value).length);
    if (byCharacter.has(name))
      return inPieces(textOf(value), budget, (piece) => String(handler.call(this, piece, ...args)));
    // Of a number that is none to JavaScript it would make a date in its own way.
    const given: unknown = name.startsWith('date') ? asPlainNumber(value) : value;
    const result: unknown = handler.call(this, given, ...args);
    const isNew = typeof result === 'string' && result !== value && !args.includes(result);
    return isNew ? budget.made(result) : result;
  };
}

/** Counts a text by its length, and a list by all that would be printed of it: it may hold the same list many times. */
export function weigh(value: unknown, budget: Budget): void {
  if (typeof value === 'string') budget.spend(stepsOfText(value.length));
  if (!Array.isArray(value)) return;
  budget.spend(stepsOfList(value.length));
  for (const item of value) {
    if (Array.isArray(item)) {
      budget.spend();
      weigh(item, budget);
    } else if (typeof item === 'string') budget.spend(stepsOfText(item.length));
  }
}

function spendOnSorting(value: unknown, budget: Budget): void {
  const items = Array.isArray(value) ? value.length : 0;
  budget.spend(Math.ceil(items * Math.log2(items + 1)));
}

/** An expression is worked out for each item, and may come from data. */
function checkExpression(name: string, list: unknown, expression: unknown, budget: Budget): void {
  const text = textOf(expression);
  if (text.includes('..')) throw new Problem(`the expression of ${name} can have no range`);
  spendOnItems(list, text, budget);
}

function spendOnItems(list: unknown, text: string, budget: Budget): void {
  if (Array.isArray(list)) budget.spend(list.length * (1 + (text.length >>> 5)));
}

/** As Liquid prints. */
function textOf(given: unknown): string {
  const value: unknown = toValue(given);
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.map(textOf).join('') : String(value);
}

/** Filters that look for one text in another, without the worst case of JavaScript's own search. */
const searching: Readonly<Record<string, Handler>> = {
  split(value, separator) {
    const text = textOf(value);
    this.context.memoryLimit.use(text.length);
    const parts = splitAt(text, textOf(separator));
    // As in Ruby.
    while (parts.at(-1) === '') parts.pop();
    renderingOf(this.context).budget.spend(parts.length);
    return parts;
  },
  replace(value, from, to) {
    return replaced(textOf(value), textOf(from), textOf(to), renderingOf(this.context).budget);
  },
  remove(value, part) {
    return replaced(textOf(value), textOf(part), '', renderingOf(this.context).budget);
  },
  replace_first(value, from, to) {
    return replacedAt(textOf(value), textOf(from), textOf(to), 'first');
  },
  remove_first(value, part) {
    return replacedAt(textOf(value), textOf(part), '', 'first');
  },
  replace_last(value, from, to) {
    return replacedAt(textOf(value), textOf(from), textOf(to), 'last');
  },
  remove_last(value, part) {
    return replacedAt(textOf(value), textOf(part), '', 'last');
  },
};

function replaced(value: string, from: string, to: string, budget: Budget): string {
  const parts = from === '' ? value.split('') : splitAt(value, from);
  budget.spend(stepsOfList(parts.length));
  budget.reserve(value.length + Math.max(parts.length - 1, 0) * (to.length - from.length));
  return parts.join(to);
}

function replacedAt(value: string, from: string, to: string, which: 'first' | 'last'): string {
  let found = from === '' ? (which === 'first' ? 0 : value.length) : -1;
  for (const at of places(value, from)) {
    found = at;
    if (which === 'first') break;
  }
  return found === -1 ? value : value.slice(0, found) + to + value.slice(found + from.length);
}

type Operator = (left: unknown, right: unknown, context: Context) => OperatorResult;

/** Between lists an operator goes through all that they hold. */
function countedOperator(operator: Operator): Operator {
  return (left, right, context) => {
    const { budget } = renderingOf(context);
    weigh(left, budget);
    weigh(right, budget);
    return operator(left, right, context);
  };
}

const contains: Operator = (left, right, context) => {
  const [value, part] = [toValue(left), toValue(right)];
  if (typeof value === 'string') return includes(value, textOf(part));
  if (Array.isArray(value)) renderingOf(context).budget.spend(value.length);
  return defaultOperators.contains?.(left, right, context) ?? false;
};

/** Liquid's operators, counted. */
export const operators = Object.fromEntries(
  Object.entries({ ...defaultOperators, contains }).map(([name, operator]) => [
    name,
    name === 'not' ? operator : countedOperator(operator),
  ]),
);
