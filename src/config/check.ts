// One part of a config against its schema: zod finds what is wrong, the words and the places are ours.
import { z } from 'zod';
import { isOneReference } from './env.ts';
import type { Path } from './places.ts';
import { plainValue } from './plain-value.ts';
import type { Problems } from './problems.ts';
import { holdsSecret } from './secret-fields.ts';
import { didYouMean } from './suggest.ts';

/**
 * The value as its schema has it; what is wrong with it is in `problems`. A value with wrong or unknown fields comes
 * back without them where the rest can stand alone, so that the rest is checked too; else undefined.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: Path,
  problems: Problems,
): z.output<Schema> | undefined {
  const first = schema.safeParse(value, { error: phrase });
  if (first.success) return first.data;
  let issues = flatten(first.error.issues);
  const typed = takeFieldTypes(value, issues, path, problems);
  if (typed !== unchanged) {
    const second = schema.safeParse(typed, { error: phrase });
    if (second.success) return second.data;
    issues = flatten(second.error.issues);
  }
  for (const issue of issues) report(issue, value, path, problems);
  return salvage(schema, typed === unchanged ? value : typed, issues);
}

/** Fields whose absence means something: without them, what is said about the rest would be wrong. */
const bearing: ReadonlySet<PropertyKey | undefined> = new Set([
  ...['type', 'id', 'llm', 'command', 'instruction', 'instruction_file'],
  ...['cron', 'every', 'at', 'path', 'methods', 'secret', 'secrets', 'signature', 'signature_header', 'auth'],
  ...['mode', 'callback_field', 'callback_url', 'events', 'from', 'to'],
  ...['enabled', 'jwks_url', 'issuer', 'audience', 'api_keys', 'api_key', 'provider'],
]);

function salvage<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  issues: readonly Issue[],
): z.output<Schema> | undefined {
  const copy: unknown = structuredClone(value);
  for (const { path, keys } of issues) {
    const last = path.at(-1);
    if (keys === undefined && (typeof last !== 'string' || path.some((step) => bearing.has(step))))
      return undefined;
    for (const gone of keys?.map((key) => [...path, key]) ?? [path]) removeIn(copy, gone);
  }
  return schema.safeParse(copy).data;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
}

/** The issues of a union are those of the branch that was meant: the one that did not refuse the value as a whole. */
function flatten(issues: readonly z.core.$ZodIssue[], before: Path = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...before, ...issue.path];
    if (issue.code === 'invalid_key') return [{ ...plain(issue.issues[0] ?? issue), code: issue.code, path }];
    if (issue.code !== 'invalid_union') return [{ ...plain(issue), path }];
    const inner = issue.errors.filter((branch) => !branch.some(refusesWhole));
    const meant = inner.sort((a, b) => wrongKeys(a) - wrongKeys(b))[0];
    return meant === undefined ? [{ ...plain(issue), path }] : flatten(meant, path);
  });
}

function plain(issue: z.core.$ZodIssue): Issue {
  const { code, path, message } = issue;
  if (issue.code === 'unrecognized_keys') return { code: issue.code, path, message, keys: issue.keys };
  if (issue.code === 'invalid_type') return { code: issue.code, path, message, expected: issue.expected };
  return { code: code ?? 'custom', path, message };
}

function refusesWhole(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function wrongKeys(branch: readonly z.core.$ZodIssue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

function report(issue: Issue, value: unknown, base: Path, problems: Problems): void {
  const path = [...base, ...issue.path];
  const hidden = holdsSecret(path);
  if (issue.keys !== undefined) {
    const messages = issue.message.split('\n');
    issue.keys.forEach((key, index) => {
      const message = messages[index] ?? issue.message;
      // `[hunter2: ]` makes a key of a secret.
      const said = hidden ? message.replace(JSON.stringify(key), 'here') : message;
      problems.error([...path, key], said, { at: 'key' });
    });
    return;
  }
  const joint = /^(?:is|must|belongs)\b/.test(issue.message) ? ' ' : ': ';
  const message = `${ownerOf(path, issue.code)}${joint}${withValue(issue, value, path, hidden, problems)}`;
  problems.error(path, message, {
    at: issue.code === 'invalid_key' || !problems.places.has(path) ? 'key' : 'value',
  });
}

/** The names of headers are not shown either: a whole header line is easily written as one. */
function ownerOf(path: Path, code: string): string {
  const headers = path.indexOf('headers');
  if (headers === -1 || headers === path.length - 1) return fieldName(path);
  return `${code === 'invalid_key' ? 'a key' : 'a value'} of headers`;
}

/** The message with the value in it, which is told from its place in the file: inside a union zod does not know that. */
function withValue(issue: Issue, value: unknown, path: Path, hidden: boolean, problems: Problems): string {
  const { message } = issue;
  const inside = issue.path.reduce<unknown>(childOf, value);
  const given = issue.code === 'invalid_union' ? (typeOf(inside) ?? inside) : inside;
  const place = given === inside ? path : [...path, 'type'];
  const shown = hidden ? undefined : shorten(problems.shown(place, given));
  if (message.includes(notValue))
    return message.replace(notValue, () => (shown === undefined ? '' : `, not ${shown}`));
  // Words of a field's own parser, which had the value and not what stands in the file.
  const quoted = typeof inside === 'string' ? JSON.stringify(inside) : undefined;
  if (quoted === undefined || !message.endsWith(`, not ${quoted}`)) return message;
  return `${message.slice(0, -quoted.length - 6)}${shown === undefined ? '' : `, not ${shown}`}`;
}

/** `port`, `methods[1]`: the last key of a path, and the index in its list. */
export function fieldName(path: Path): string {
  const at = path.findLastIndex((step) => typeof step === 'string');
  if (at === -1) return 'the file';
  const indices = path.slice(at + 1).map((step) => `[${String(step)}]`);
  return `${String(path[at])}${indices.join('')}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** Stands in a message for `, not VALUE`: a character that no text has. */
const notValue = '\uffff';

function phrase(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  const not = typeof input === 'object' ? '' : notValue;
  switch (issue.code) {
    case 'invalid_type': {
      if (input === undefined) return 'is required';
      if (input === null) return 'is empty: give it a value or leave it out';
      // The value may be a secret: it is not shown where text was expected.
      if (issue.expected === 'string') {
        return typeof input === 'object' ? 'must be text' : 'must be text: put it in quotes';
      }
      const expected = issue.inst instanceof z.ZodNumberFormat ? 'int' : issue.expected;
      const wanted = typeNames[expected] ?? expected;
      return `must be ${wanted}${severals.has(wanted) ? notKind(input) : not}`;
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (input === undefined) return `is required: ${listed(values)}`;
      return `must be ${listed(values)}${not}${meant(input, values)}`;
    }
    case 'unrecognized_keys': {
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
      return issue.keys
        .map((key) => `unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`)
        .join('\n');
    }
    case 'invalid_union':
      return unionPhrase(issue);
    case 'too_small':
      if (issue.origin !== 'number' && issue.origin !== 'int') return 'is empty';
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${notValue}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${notValue}`;
    default:
      return undefined;
  }
}

/** What holds secrets is a list or a map more often than not, so what stands in its place is not shown, only its kind. */
const severals: ReadonlySet<string> = new Set(['a list', 'a map']);

function notKind(input: unknown): string {
  if (Array.isArray(input)) return ', not a list';
  if (typeof input === 'object') return ', not a map';
  if (typeof input === 'string') return ', not text';
  return typeof input === 'number' ? ', not a number' : ', not true or false';
}

function unionPhrase(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if ('options' in issue && Array.isArray(issue.options)) {
    const values = issue.options.map(String);
    const given = typeOf(issue.input);
    if (given === undefined) return `is required: ${listed(values)}`;
    return `must be ${listed(values)}${typeof given === 'object' ? '' : notValue}${meant(given, values)}`;
  }
  if (issue.input === undefined) return 'is required';
  if (issue.input === null) return 'is empty: give it a value or leave it out';
  const accepted =
    'errors' in issue && Array.isArray(issue.errors) ? issue.errors.flat().flatMap(acceptedBy) : [];
  const wanted = [...new Set(accepted)];
  const not = wanted.some((one) => severals.has(one)) ? notKind(issue.input) : notValue;
  return `must be ${wanted.join(' or ')}${typeof issue.input === 'object' ? '' : not}`;
}

function typeOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
}

function acceptedBy(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === 'invalid_type') return [typeNames[issue.expected] ?? issue.expected];
  return issue.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value) ?? '') : [];
}

function meant(input: unknown, values: readonly string[]): string {
  return typeof input === 'string' ? didYouMean(input, values) : '';
}

function listed(values: readonly string[]): string {
  if (values.length === 1) return `${values[0]}`;
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

const unchanged = Symbol('unchanged');

/** A copy of the value in which what came wholly from one variable has the type of its field, where it can. */
function takeFieldTypes(value: unknown, issues: readonly Issue[], base: Path, problems: Problems): unknown {
  let copy: unknown = unchanged;
  for (const { path, expected } of issues) {
    if (expected !== 'number' && expected !== 'int' && expected !== 'boolean') continue;
    const written = problems.places.scalar([...base, ...path])?.value;
    if (typeof written !== 'string' || !isOneReference(written)) continue;
    if (copy === unchanged) copy = structuredClone(value);
    const wanted = expected === 'boolean' ? 'boolean' : 'number';
    replaceIn(copy, path, (text) => {
      const value = plainValue(text);
      return typeof value === wanted ? value : text;
    });
  }
  return copy;
}

function replaceIn(root: unknown, path: Path, replace: (text: string) => unknown): void {
  let container = root;
  for (const step of path.slice(0, -1)) container = childOf(container, step);
  const last = path.at(-1);
  const old = last === undefined ? undefined : childOf(container, last);
  if (typeof old !== 'string' || last === undefined) return;
  if (typeof container === 'object' && container !== null) Reflect.set(container, last, replace(old));
}

function removeIn(root: unknown, path: Path): void {
  let container = root;
  for (const step of path.slice(0, -1)) container = childOf(container, step);
  const last = path.at(-1);
  if (last !== undefined && typeof container === 'object' && container !== null)
    Reflect.deleteProperty(container, last);
}

function childOf(container: unknown, step: PropertyKey): unknown {
  return typeof container === 'object' && container !== null ? Reflect.get(container, step) : undefined;
}
