// How Go's fmt package prints values by default (`%v`).
import { JsonNumber } from '../../core/json.ts';
import { type Budget, stepsOfText } from '../budget.ts';
import { TimeValue } from '../data.ts';
import { membersOf, type Named } from '../members.ts';
import { formatFloat } from './float.ts';
import { Float, isList, isMap, kindOf } from './values.ts';

/** As `{{ }}` prints it: nothing there is `<no value>`. */
export function printed(value: unknown, budget: Budget): string {
  if (typeof value === 'string') return value;
  return kindOf(value) === 'nil' ? '<no value>' : plain(value, budget);
}

/** As `print` and `%v` print it: nothing there is `<nil>`. */
export function plain(value: unknown, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (isList(value))
    return nested(
      value.map((item) => () => plain(item, budget)),
      '[',
      budget,
    );
  if (isMap(value)) return printMap(value, budget);
  return scalar(value);
}

function scalar(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof TimeValue) return value.toString();
  if (value instanceof Float) return formatFloat(value.value, 'g', -1);
  // A number of the data prints the digits it came with, where Go would print 1.5e+06.
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'boolean' ? String(value) : '<nil>';
}

function printMap(map: Named, budget: Budget): string {
  const members = sortedMembers(map, budget).map(
    ([name, value]) =>
      () =>
        `${name}:${plain(value, budget)}`,
  );
  return nested(members, 'map[', budget);
}

function nested(parts: readonly (() => string)[], open: string, budget: Budget): string {
  let text = open;
  for (const part of parts) {
    const printedPart = text === open ? part() : ` ${part()}`;
    text += printedPart;
    budget.reserve(text.length, printedPart.length);
  }
  return `${text}]`;
}

/** The members of a map in the order of their names, as Go ranges over and prints it. */
export function sortedMembers(map: Named, budget: Budget): [string, unknown][] {
  const compare = counted(budget);
  return membersOf(map).sort(([a], [b]) => compare(a, b));
}

/** The order of strings, each comparison counted. */
export function counted(budget: Budget): (a: string, b: string) => number {
  return (a, b) => {
    budget.spend(1 + stepsOfText(Math.min(a.length, b.length)));
    return compareStrings(a, b);
  };
}

/** By code points, which is the order of the UTF-8 bytes that Go compares. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // Halves of surrogate pairs stand for characters beyond every other unit.
    return left >= 0xd800 === right >= 0xd800 ? codePointOrder(left, right) : left - right;
  }
  return a.length - b.length;
}

function codePointOrder(left: number, right: number): number {
  const rank = (unit: number) =>
    unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2000 : unit >= 0xe000 ? unit - 0x800 : unit;
  return rank(left) - rank(right);
}
