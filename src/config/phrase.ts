import { z } from 'zod';
import { closest, didYouMean } from './suggest.ts';

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
export const notValue = '\uffff';

/** The words for what zod found. Of unknown keys they are, line by line, the known ones that were probably meant. */
export function phrase(issue: z.core.$ZodRawIssue): string | undefined {
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
      return issue.keys.map((key) => closest(key, known) ?? '').join('\n');
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

export function typeOf(input: unknown): unknown {
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
