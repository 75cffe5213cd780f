// One part of a config against its schema: zod finds what is wrong, the words and the places are ours.
import type { z } from 'zod';
import { isOneReference } from './env.ts';
import { setIn, valueAt } from './inside.ts';
import { flatten, type Issue } from './issues.ts';
import { notValue, phrase, typeOf } from './phrase.ts';
import type { Path } from './places.ts';
import { plainValue } from './plain-value.ts';
import type { Problems } from './problems.ts';
import { salvage } from './salvage.ts';
import { holdsSecret } from './secret-fields.ts';

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
  return salvage(schema, typed === unchanged ? value : typed, issues, (wrong) =>
    problems.distrust([...path, ...wrong]),
  );
}

function report(issue: Issue, value: unknown, base: Path, problems: Problems): void {
  const path = [...base, ...issue.path];
  const hidden = holdsSecret(path);
  if (issue.keys !== undefined) {
    issue.keys.forEach((key, index) => {
      const meant = issue.meant?.[index] ?? '';
      // `[hunter2: ]` makes a key of a secret.
      const shown = hidden ? 'here' : JSON.stringify(key);
      const hint = meant === '' ? '' : ` (did you mean "${meant}"?)`;
      problems.error([...path, key], `unknown key ${shown}${hint}`, { at: 'key' });
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
  const inside = valueAt(value, issue.path);
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
    const text = valueAt(value, path);
    const typed = typeof text === 'string' ? plainValue(text) : text;
    if (typeof typed === (expected === 'boolean' ? 'boolean' : 'number')) setIn(copy, path, typed);
  }
  return copy;
}
