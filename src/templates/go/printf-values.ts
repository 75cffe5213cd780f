// One value in one verb of Go's printf.
import type { Budget } from '../budget.ts';
import { type Directive, pad } from './directive.ts';
import { formatFloat } from './float.ts';
import { plain, sortedMembers } from './print.ts';
import { isPrintable, quote, quoteRune } from './quote.ts';
import { floatOf, integerOf, isList, isMap, kindOf, typeName } from './values.ts';

export function formatValue(value: unknown, verb: string, directive: Directive, budget: Budget): string {
  if (verb === 'T') return typeText(value, directive, budget);
  // `%+v` would name the fields of structs, and gives no signs.
  if (verb === 'v' && directive.plus) return formatValue(value, verb, { ...directive, plus: false }, budget);
  if (verb === 'v' && directive.sharp)
    return kindOf(value) === 'nil'
      ? pad('<nil>', directive)
      : goSyntax(value, { ...directive, sharp: false }, budget);
  // Nil in a list or map is the same in every verb and width.
  const inner = (item: unknown) =>
    kindOf(item) === 'nil' ? '<nil>' : formatValue(item, verb, directive, budget);
  if (isList(value)) return `[${bounded(value, budget, inner).join(' ')}]`;
  if (isMap(value)) {
    const member = ([name, item]: [string, unknown]) => `${inner(name)}:${inner(item)}`;
    return `map[${bounded(sortedMembers(value, budget), budget, member).join(' ')}]`;
  }
  return formatScalar(value, verb, directive, budget) ?? badVerb(value, verb, directive, budget);
}

/** The text of each item. @throws {Problem} when they are too long together. */
export function bounded<Item>(
  items: readonly Item[],
  budget: Budget,
  format: (item: Item) => string,
): string[] {
  let length = 0;
  return items.map((item) => {
    const text = format(item);
    length += text.length;
    budget.reserve(length, text.length);
    return text;
  });
}

/** `%T`: only the name of a type is cut to a precision. */
function typeText(value: unknown, directive: Directive, budget: Budget): string {
  const name = typeName(value);
  return kindOf(value) === 'nil' ? pad(name, directive) : (formatText(name, 's', directive, budget) ?? '');
}

function badVerb(value: unknown, verb: string, directive: Directive, budget: Budget): string {
  if (kindOf(value) === 'nil') return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeName(value)}=${formatScalar(value, 'v', directive, budget) ?? ''})`;
}

/** Undefined where the verb is not for such a value. */
function formatScalar(
  value: unknown,
  verb: string,
  directive: Directive,
  budget: Budget,
): string | undefined {
  switch (kindOf(value)) {
    case 'nil':
      return verb === 'v' ? pad('<nil>', directive) : undefined;
    case 'bool':
      return verb === 'v' || verb === 't' ? pad(String(value), directive) : undefined;
    case 'int':
      return formatInteger(integerOf(value), verb, directive);
    case 'float':
      if (verb === 'v' && directive.precision === undefined)
        return formatNumeral(plain(value, budget), directive);
      return formatFloating(floatOf(value), verb, directive);
    default:
      return formatText(plain(value, budget), verb, directive, budget);
  }
}

const bases: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', O: '0', x: '0x', X: '0X' };

function formatInteger(value: bigint, verb: string, directive: Directive): string | undefined {
  const base = bases[verb];
  if (base === undefined) return formatRune(value, verb, directive);
  const negative = value < 0n;
  const { precision, width } = directive;
  if (precision === 0 && value === 0n) return ' '.repeat(width ?? 0);
  const sign = negative ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  const room = directive.zero && width !== undefined && precision === undefined ? width - sign.length : 0;
  let digits = (negative ? -value : value).toString(base).padStart(precision ?? room, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  const prefix = directive.sharp ? (prefixes[verb] ?? '') : '';
  const leading = (verb === 'O' ? '0o' : '') + (prefix === '0' && digits.startsWith('0') ? '' : prefix);
  return pad(sign + leading + digits, { ...directive, zero: false });
}

function formatRune(value: bigint, verb: string, directive: Directive): string | undefined {
  const char = isCharacter(value) ? String.fromCodePoint(Number(value)) : '\ufffd';
  if (verb === 'U') {
    // A negative one is shown by its 64 bits.
    const code = (value < 0n ? BigInt.asUintN(64, value) : value)
      .toString(16)
      .toUpperCase()
      .padStart(Math.max(4, directive.precision ?? 0), '0');
    const shown = directive.sharp && isCharacter(value) && isPrintable(char) ? ` '${char}'` : '';
    return pad(`U+${code}${shown}`, { ...directive, zero: false });
  }
  if (verb !== 'c' && verb !== 'q') return undefined;
  return pad(verb === 'c' ? char : quoteRune(char, directive.plus), directive);
}

function isCharacter(code: bigint): boolean {
  return code >= 0n && code <= 0x10ffffn && (code < 0xd800n || code > 0xdfffn);
}

function formatFloating(value: number, verb: string, directive: Directive): string | undefined {
  switch (verb) {
    case 'v':
      return formatNumeral(formatFloat(value, 'g', directive.precision ?? -1), directive);
    case 'g':
    case 'G':
      return formatNumeral(formatFloat(value, verb, directive.precision ?? -1), directive);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      return formatNumeral(formatFloat(value, verb, directive.precision ?? 6), directive);
    default:
      return undefined;
  }
}

/** Sign and padding of a float that is printed already. */
function formatNumeral(text: string, directive: Directive): string {
  const signed = /^[+-]/.test(text);
  const digits = signed ? text.slice(1) : text;
  const endless = digits === 'Inf' || digits === 'NaN';
  const positive = directive.plus ? '+' : directive.space ? ' ' : text.startsWith('+') ? '+' : '';
  const sign = text.startsWith('-') ? '-' : positive;
  const { width } = directive;
  if (!directive.zero || endless || width === undefined)
    return pad(sign + digits, { ...directive, zero: false });
  return sign + digits.padStart(width - sign.length, '0');
}

function formatText(text: string, verb: string, directive: Directive, budget: Budget): string | undefined {
  const { precision, sharp, plus } = directive;
  const cut = precision === undefined ? text : [...text].slice(0, precision).join('');
  switch (verb) {
    case 'v':
    case 's':
      return pad(cut, directive);
    case 'q':
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a raw string holds no control characters.
      if (sharp && !/[`\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(cut)) return pad(`\`${cut}\``, directive);
      return pad(quote(cut, budget, plus), directive);
    case 'x':
    case 'X':
      return pad(hexOf(text, verb, directive, budget), directive);
    default:
      return undefined;
  }
}

function hexOf(
  text: string,
  verb: 'x' | 'X',
  { precision, sharp, space }: Directive,
  budget: Budget,
): string {
  const encoded = Buffer.from(text).subarray(0, precision);
  budget.reserve(encoded.length * (2 + (sharp ? 2 : 0) + (space ? 1 : 0)));
  const bytes = [...encoded];
  const pairs = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const prefix = sharp ? '0x' : '';
  const hex = space
    ? pairs.map((pair) => prefix + pair).join(' ')
    : pairs.length === 0
      ? ''
      : prefix + pairs.join('');
  return verb === 'X' ? hex.toUpperCase() : hex;
}

/** `%#v`: a value as Go source. */
function goSyntax(value: unknown, directive: Directive, budget: Budget): string {
  const inner = (item: unknown) => goSyntax(item, directive, budget);
  if (isList(value)) return `[]interface {}{${bounded(value, budget, inner).join(', ')}}`;
  if (isMap(value)) {
    const member = ([name, item]: [string, unknown]) => `${inner(name)}:${inner(item)}`;
    return `map[string]interface {}{${bounded(sortedMembers(value, budget), budget, member).join(', ')}}`;
  }
  if (kindOf(value) === 'nil') return 'interface {}(nil)';
  return formatScalar(value, typeof value === 'string' ? 'q' : 'v', directive, budget) ?? '';
}
