import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Answer, problemAnswer } from './answer.ts';

/** An error of the API as problem details (RFC 9457): `{type, title, status, detail}`. */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  return respond(c, problemAnswer(status, detail, headers));
}

/** The answer as the response of a route of Hono, with the headers that its middleware has set. */
export function respond(c: Context, { status, headers, body }: Answer): Response {
  return c.body(body, status, headers);
}

/** Thrown by a route of the API: answered as problem details. */
export class Refusal extends Error {
  readonly status: 404 | 409 | 503;

  constructor(status: 404 | 409 | 503, detail: string) {
    super(detail);
    this.status = status;
  }
}
