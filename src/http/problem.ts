import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not ready',
};

/** An error of the API as problem details (RFC 9457): `{type, title, status, detail}`. */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  headers: Record<string, string> = {},
) {
  const body = { type: 'about:blank', title: titles[status] ?? 'Error', status, detail };
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json', ...headers });
}

/** Thrown by a route of the API: answered as problem details. */
export class Refusal extends Error {
  readonly status: 404 | 409 | 503;

  constructor(status: 404 | 409 | 503, detail: string) {
    super(detail);
    this.status = status;
  }
}
