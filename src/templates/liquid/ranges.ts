// Ranges of Liquid, `(1..n)`, made safe: liquidjs counts them up in steps of 1, which beyond 2^53 never arrive, and makes
// the whole list at once.
import {
  type Context,
  Expression,
  type Template,
  Token,
  TokenKind,
  TypeGuards,
  type ValueToken,
} from 'liquidjs';
import { Problem } from '../problem.ts';
import { renderingOf } from './context.ts';

type FilteredValue = Extract<ValueToken, { initial: unknown }>;
type Range = Extract<ValueToken, { lhs: unknown }>;

/** Has each range that `templates` hold refuse ends that it cannot count between, and count its items as steps. */
export function guardRanges(source: string, templates: readonly Template[]): void {
  if (!source.includes('..')) return;
  const seen = new Set<object>();
  const open: object[] = [...templates];
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    if (isRange(object)) guard(object);
    for (const [name, member] of Object.entries(object)) {
      // The engine is none of the template.
      if (name !== 'liquid' && typeof member === 'object' && member !== null) open.push(member);
    }
  }
}

function isRange(value: object): value is Range {
  return value instanceof Token && TypeGuards.isRangeToken(value);
}

function guard(range: Range): void {
  // The ends are worked out one after the other, with nothing of this range between.
  let low = 0;
  range.lhs = new End(range.lhs, (end) => {
    low = end;
  });
  range.rhs = new End(range.rhs, (end, context) => {
    if (end >= low) renderingOf(context).budget.spend(end - low + 1);
  });
}

/** An end of a range, which is looked at before it is used. */
class End extends Token implements FilteredValue {
  readonly initial: Expression;
  readonly filters = [];

  constructor(end: ValueToken, use: (end: number, context: Context) => void) {
    super(TokenKind.FilteredValue, end.input, end.begin, end.end, end.file);
    this.initial = new CheckedEnd(end, use);
  }
}

class CheckedEnd extends Expression {
  readonly #use: (end: number, context: Context) => void;

  constructor(end: ValueToken, use: (end: number, context: Context) => void) {
    super([end]);
    this.#use = use;
  }

  override *evaluate(context: Context, lenient?: boolean): Generator<unknown, unknown, unknown> {
    const value = yield super.evaluate(context, lenient);
    const end = Number(value);
    if (Math.abs(end) > Number.MAX_SAFE_INTEGER) throw new Problem(`a range cannot end at ${String(value)}`);
    this.#use(end, context);
    return value;
  }
}
