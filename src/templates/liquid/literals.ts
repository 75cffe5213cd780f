// What stands in a Liquid template for a number or a range, made safe. liquidjs rounds numbers; and it counts ranges,
// `(1..n)`, up in steps of 1, which beyond 2^53 never arrive, and makes the whole list at once.
import {
  type Context,
  Expression,
  type Template,
  Token,
  TokenKind,
  TypeGuards,
  type ValueToken,
} from 'liquidjs';
import { JsonNumber } from '../../core/json.ts';
import { Problem } from '../problem.ts';
import { renderingOf } from './context.ts';
import { ExactNumber } from './exact-number.ts';

type FilteredValue = Extract<ValueToken, { initial: unknown }>;
type Range = Extract<ValueToken, { lhs: unknown }>;

/** Where there is none of these, there is nothing to look for. */
const wanted = /\.\.|\d{16}|\.\d*0(?!\d)/;

/**
 * Has each number that `templates` hold keep its digits, and each range refuse ends that it cannot count between and
 * count its items as steps.
 */
export function guardLiterals(source: string, templates: readonly Template[]): void {
  if (!wanted.test(source)) return;
  const seen = new Set<object>();
  const open: object[] = [...templates];
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    if (object instanceof Token) {
      if (TypeGuards.isRangeToken(object)) guard(object);
      if (TypeGuards.isNumberToken(object)) keepDigits(object);
    }
    for (const [name, member] of Object.entries(object)) {
      // The engine is none of the template.
      if (name !== 'liquid' && typeof member === 'object' && member !== null) open.push(member);
    }
  }
}

function keepDigits(token: Token): void {
  const text = token.getText();
  if (String(Number(text)) === text || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return;
  Reflect.set(token, 'content', new ExactNumber(new JsonNumber(text)));
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
