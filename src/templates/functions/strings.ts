// Functions over text, under the names and with the argument order of the sprig library that Helm's users know.
import { createHash } from 'node:crypto';
import { type Budget, stepsOfList } from '../budget.ts';
import { plain } from '../go/print.ts';
import { quote } from '../go/quote.ts';
import { isList, kindOf } from '../go/values.ts';
import { Problem } from '../problem.ts';
import { count, text } from './arguments.ts';
import type { FunctionTable, TemplateFunction } from './function.ts';
import { spaced } from './print.ts';
import { includes, splitAt } from './search.ts';

/** A function from one string to another. */
function mapText(call: (value: string, budget: Budget) => string): TemplateFunction {
  return { parameters: ['string'], call: ([value], { budget }) => budget.made(call(text(value), budget)) };
}

/** A function of an argument and the string it is for. */
function withText(call: (argument: string, value: string) => unknown): TemplateFunction {
  return { parameters: ['string', 'string'], call: ([argument, value]) => call(text(argument), text(value)) };
}

function trimAny(cut: string, value: string): string {
  const characters = [...value];
  const unwanted = new Set(cut);
  let [start, end] = [0, characters.length];
  while (start < end && unwanted.has(characters[start] ?? '')) start += 1;
  while (end > start && unwanted.has(characters[end - 1] ?? '')) end -= 1;
  return characters.slice(start, end).join('');
}

/** Capitals at the start of every word; a word is letters, digits and `_`. */
function title(value: string): string {
  return value.replace(/[\p{L}\p{Nd}_'\u2019]+/gu, (word) =>
    word.replace(
      /(^|['\u2019])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  );
}

function replaceAll(from: string, to: string, value: string, budget: Budget): string {
  const parts = splitAt(value, from);
  budget.spend(stepsOfList(parts.length));
  budget.reserve(value.length - (parts.length - 1) * from.length + (parts.length + 1) * to.length);
  return from === '' ? to + parts.map((part) => part + to).join('') : parts.join(to);
}

/** Of characters, where sprig counts bytes: no character is ever cut in two. */
function trunc(length: number, value: string): string {
  const characters = [...value];
  if (length >= 0) return characters.slice(0, length).join('');
  return characters.slice(Math.max(0, characters.length + length)).join('');
}

function substr(start: number, end: number, value: string): string {
  const characters = [...value];
  if (start < 0) return characters.slice(0, Math.max(0, end)).join('');
  return characters.slice(start, end < 0 ? characters.length : end).join('');
}

function indent(width: number, value: string, budget: Budget): string {
  if (width < 0) throw new Problem(`the text cannot be indented by ${width}`);
  const lines = value.split('\n');
  budget.reserve(value.length + width * lines.length);
  const padding = ' '.repeat(width);
  return lines.map((line) => padding + line).join('\n');
}

/** The texts of a list's items; of any other value, its own text. Nil has none. */
export function texts(value: unknown, budget: Budget): string[] {
  if (kindOf(value) === 'nil') return [];
  if (!isList(value)) return [plain(value, budget)];
  budget.spend(value.length);
  return value.filter((item) => kindOf(item) !== 'nil').map((item) => plain(item, budget));
}

function joinTexts(separator: string, value: unknown, budget: Budget): string {
  const parts = texts(value, budget);
  budget.reserve(parts.reduce((length, part) => length + part.length + separator.length, 0));
  return parts.join(separator);
}

function split(separator: string, value: string, budget: Budget): string[] {
  const parts = splitAt(value, separator);
  budget.spend(parts.length);
  return parts;
}

function encodeBase64(value: string, budget: Budget): string {
  budget.reserve(Math.ceil(Buffer.byteLength(value) / 3) * 4);
  return Buffer.from(value).toString('base64');
}

function decodeBase64(value: string): string {
  const compact = value.replace(/[\r\n]/g, '');
  const wanted = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  if (!wanted.test(compact)) throw new Problem('b64dec wants base64');
  return Buffer.from(compact, 'base64').toString();
}

/** The texts of all values but nil, each in quotes, with spaces between. */
function quotes(wrap: (value: string, budget: Budget) => string): TemplateFunction {
  return {
    parameters: [],
    rest: 'any',
    call: (values, { budget }) => {
      const present = values.filter((value) => kindOf(value) !== 'nil');
      return spaced(present, budget, (value) => wrap(plain(value, budget), budget));
    },
  };
}

const asText: TemplateFunction = {
  parameters: ['any'],
  call: ([value], { budget }) => plain(value, budget),
};

export const stringFunctions: FunctionTable = {
  upper: mapText((value) => value.toUpperCase()),
  lower: mapText((value) => value.toLowerCase()),
  title: mapText(title),
  trim: mapText((value) => value.trim()),
  trimAll: withText(trimAny),
  trimPrefix: withText((prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimSuffix: withText((suffix, value) =>
    value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value,
  ),
  contains: withText((part, value) => includes(value, part)),
  hasPrefix: withText((prefix, value) => value.startsWith(prefix)),
  hasSuffix: withText((suffix, value) => value.endsWith(suffix)),
  replace: {
    parameters: ['string', 'string', 'string'],
    call: ([from, to, value], { budget }) => replaceAll(text(from), text(to), text(value), budget),
  },
  split: {
    parameters: ['string', 'string'],
    call: ([separator, value], { budget }) =>
      new Map(split(text(separator), text(value), budget).map((part, index) => [`_${index}`, part])),
  },
  splitList: {
    parameters: ['string', 'string'],
    call: ([separator, value], { budget }) => split(text(separator), text(value), budget),
  },
  join: {
    parameters: ['string', 'any'],
    call: ([separator, value], { budget }) => joinTexts(text(separator), value, budget),
  },
  trunc: { parameters: ['int', 'string'], call: ([length, value]) => trunc(count(length), text(value)) },
  substr: {
    parameters: ['int', 'int', 'string'],
    call: ([start, end, value]) => substr(count(start), count(end), text(value)),
  },
  indent: {
    parameters: ['int', 'string'],
    call: ([width, value], { budget }) => indent(count(width), text(value), budget),
  },
  nindent: {
    parameters: ['int', 'string'],
    call: ([width, value], { budget }) => `\n${indent(count(width), text(value), budget)}`,
  },
  quote: quotes(quote),
  squote: quotes((value) => `'${value}'`),
  toString: asText,
  b64enc: mapText(encodeBase64),
  b64dec: mapText(decodeBase64),
  sha256sum: mapText((value) => createHash('sha256').update(value).digest('hex')),
};
