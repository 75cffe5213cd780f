import type { Context } from 'hono';
import { JournalUnavailable } from '../journal/errors.ts';
import { problem } from './problem.ts';
import type { HttpWorld } from './world.ts';

/** Answers what a route did not expect: 503 where the journal cannot write, else 500 and a line in the log. */
export function unexpected(c: Context, world: HttpWorld, thrown: unknown): Response {
  if (thrown instanceof JournalUnavailable) {
    world.vitals.report(thrown);
    return problem(c, 503, thrown.message, { 'Retry-After': '5' });
  }
  world.log.error('a request failed', { path: c.req.path, error: world.redactor.text(String(thrown)) });
  return problem(c, 500, 'The request failed; the log says why.');
}
