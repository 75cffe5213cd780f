import type { Context } from 'hono';
import { JournalUnavailable } from '../journal/errors.ts';
import { type Answer, problemAnswer } from './answer.ts';
import { respond } from './problem.ts';
import type { HttpWorld } from './world.ts';

/** Answers what a route did not expect: 503 where the journal cannot write, else 500 and a line in the log. */
export function unexpectedAnswer(path: string, world: HttpWorld, thrown: unknown): Answer {
  if (thrown instanceof JournalUnavailable) {
    world.vitals.report(thrown);
    return problemAnswer(503, thrown.message, { 'Retry-After': '5' });
  }
  world.log.error('a request failed', { path, error: world.redactor.text(String(thrown)) });
  return problemAnswer(500, 'The request failed; the log says why.');
}

export function unexpected(c: Context, world: HttpWorld, thrown: unknown): Response {
  return respond(c, unexpectedAnswer(c.req.path, world, thrown));
}
