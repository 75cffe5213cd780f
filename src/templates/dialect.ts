// Which dialect a template is written in. A parse is no test: a Liquid engine takes Go's templates without complaint
// and prints nonsense, so the actions are looked at one by one.
import { functions } from './functions/functions.ts';
import { keywords } from './go/tokens.ts';
import { type Dialect, TemplateError } from './template.ts';

interface Mark {
  readonly dialect: Dialect;
  /** Where the character stands that tells it. */
  readonly offset: number;
  /** Whether it is nothing but a keyword of Go where a Liquid variable could stand. */
  readonly word: boolean;
}

/**
 * The dialect of a template: `text` where it holds no action at all. Any `{%`, or a filter with `:`, is Liquid; an
 * action that starts with `.`, `$`, a Go keyword or a Go function that is given something is Go; otherwise Go.
 * @param given the dialect that the file names, if it names one.
 * @throws {TemplateError} where both dialects are mixed.
 */
export function tellDialect(source: string, given?: Dialect): Dialect | 'text' {
  // To Go, `{%` is ordinary text.
  if (given === 'go') return source.includes('{{') ? 'go' : 'text';
  if (!source.includes('{{') && !source.includes('{%')) return 'text';
  let told: Mark | undefined = given === undefined ? undefined : { dialect: given, offset: 0, word: false };
  for (const mark of marks(source)) {
    // A keyword of Go is a name like any other in Liquid: `{{ template }}`, `{{ range.start }}`.
    if (given === 'liquid' && mark.word) continue;
    told ??= mark;
    if (mark.dialect !== told.dialect) throw mixed(source, told, mark, given !== undefined);
  }
  return told?.dialect ?? 'go';
}

function mixed(source: string, told: Mark, mark: Mark, given: boolean): TemplateError {
  const names = { go: 'Go', liquid: 'Liquid' };
  const line = source.slice(0, told.offset).split('\n').length;
  const why = given ? 'its dialect is' : `line ${line} is`;
  const message = `this is ${names[mark.dialect]}, but ${why} ${names[told.dialect]}: a template is in one dialect`;
  return new TemplateError(message, source, mark.offset);
}

const rawBlock = /\{%-?\s*(raw|comment)\s*-?%\}/y;

function* marks(source: string): Iterable<Mark> {
  const opening = /\{\{|\{%/g;
  for (let found = opening.exec(source); found !== null; found = opening.exec(source)) {
    const at = found.index;
    if (found[0] === '{%') {
      yield { dialect: 'liquid', offset: at, word: false };
      opening.lastIndex = afterTag(source, at);
      continue;
    }
    const end = actionEnd(source, at + 2);
    const mark = markOf(source, at + 2, end);
    if (mark !== undefined) yield mark;
    opening.lastIndex = end;
  }
}

/** Past a tag; past the whole of a `raw` or `comment` block, whose content is none of the template's. */
function afterTag(source: string, at: number): number {
  rawBlock.lastIndex = at;
  const name = rawBlock.exec(source)?.[1];
  if (name === undefined) {
    const end = source.indexOf('%}', at);
    return end === -1 ? source.length : end + 2;
  }
  const rest = new RegExp(`\\{%-?\\s*end${name}\\s*-?%\\}`, 'g');
  rest.lastIndex = at;
  return rest.exec(source) === null ? source.length : rest.lastIndex;
}

/** A string, a comment or any other character of an action. A `\"` without another one is no quote. */
const piece =
  /\\"(?:(?!\}\})(?:[^"\\\n]|\\[^"\n]))*\\"|\\"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|\/\*[\s\S]*?\*\/|[\s\S]/y;

/** The offset of the `}}` that ends the action. */
function actionEnd(source: string, start: number): number {
  let at = start;
  while (at < source.length && !source.startsWith('}}', at)) at += pieceAt(source, at).length;
  return at;
}

function pieceAt(source: string, at: number): string {
  piece.lastIndex = at;
  return piece.exec(source)?.[0] ?? ' ';
}

const goStart =
  /-?\s*(?:(?<sign>[.$])|(?<comment>\/\*)|(?<word>[\p{L}_][\p{L}\p{Nd}_]*)(?<given>\s+[^\s|}-])?)/uy;

function markOf(source: string, start: number, end: number): Mark | undefined {
  for (let at = start; at < end; at += pieceAt(source, at).length) {
    if (source.charAt(at) !== '|') continue;
    const filter = /\|\s*[A-Za-z_][\w-]*\s*:(?!=)/y;
    filter.lastIndex = at;
    if (filter.test(source)) return { dialect: 'liquid', offset: at, word: false };
  }
  goStart.lastIndex = start;
  const groups = goStart.exec(source)?.groups;
  if (groups === undefined || goStart.lastIndex > end + 1) return undefined;
  const { sign, comment, word, given } = groups;
  // A function's name alone may be a Liquid variable: `{{ title }}`.
  const called = word !== undefined && given !== undefined && isFunction(word);
  const isGo =
    sign !== undefined || comment !== undefined || called || (word !== undefined && keywords.has(word));
  if (!isGo) return undefined;
  const offset = start + source.slice(start).search(/[^-\s]/);
  return { dialect: 'go', offset, word: word !== undefined && given === undefined };
}

function isFunction(word: string): boolean {
  return word === 'and' || word === 'or' || Object.hasOwn(functions, word);
}
