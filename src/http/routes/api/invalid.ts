import type { Hook } from '@hono/zod-openapi';
import { issuesLine } from '../../../core/issues-line.ts';
import { problem } from '../../problem.ts';
import type { HttpEnvironment } from '../../world.ts';

/** What does not fit a route's schema is answered as a problem that says what and where. */
export const refuseInvalid: Hook<unknown, HttpEnvironment, string, unknown> = (result, c) => {
  if (!result.success) return problem(c, 400, `${issuesLine(result.error.issues)}.`);
  return undefined;
};
