import type { Budget } from '../budget.ts';
import { plain } from '../go/print.ts';

/** Go's `fmt.Sprint`: a space stands between two operands where neither is a string. */
export function join(args: readonly unknown[], budget: Budget): string {
  let text = '';
  for (const [index, arg] of args.entries()) {
    const separate = index > 0 && typeof arg !== 'string' && typeof args[index - 1] !== 'string';
    const part = (separate ? ' ' : '') + plain(arg, budget);
    text += part;
    budget.reserve(text.length, part.length);
  }
  return text;
}

/** The texts of values with spaces between. @throws {Problem} */
export function spaced(
  values: readonly unknown[],
  budget: Budget,
  format: (value: unknown) => string,
): string {
  let text = '';
  for (const [index, value] of values.entries()) {
    const part = (index > 0 ? ' ' : '') + format(value);
    text += part;
    budget.reserve(text.length, part.length);
  }
  return text;
}
