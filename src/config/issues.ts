// What zod finds wrong with a value, flat, and with no more than what is said about it.
import type { z } from 'zod';
import type { Path } from './places.ts';

export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  /** Unknown keys, and for each the known one that was probably meant, or nothing. */
  readonly keys?: readonly string[];
  readonly meant?: readonly string[];
}

/** The issues of a union are those of the branch that was meant: the one that did not refuse the value as a whole. */
export function flatten(issues: readonly z.core.$ZodIssue[], before: Path = []): Issue[] {
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
  if (issue.code === 'unrecognized_keys') {
    return { code: issue.code, path, message, keys: issue.keys, meant: message.split('\n') };
  }
  if (issue.code === 'invalid_type') return { code: issue.code, path, message, expected: issue.expected };
  return { code: code ?? 'custom', path, message };
}

function refusesWhole(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function wrongKeys(branch: readonly z.core.$ZodIssue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}
