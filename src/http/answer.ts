// An answer as Node's own server takes it. Webhook calls are answered with it past Hono, whose request and response
// objects cost them a quarter of their processor time; problem details have the same form there and in Hono's routes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export interface Answer {
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

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

/** An error as problem details (RFC 9457): `{type, title, status, detail}`. */
export function problemAnswer(
  status: ContentfulStatusCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = { type: 'about:blank', title: titles[status] ?? 'Error', status, detail };
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify(body),
  };
}

export function jsonAnswer(
  status: ContentfulStatusCode,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Sends an answer, to nobody where the client has gone away. */
export function sendAnswer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body }: Answer,
): void {
  // What is left of a request's body would be taken for the next request on the connection.
  if (!incoming.complete) outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  outgoing.end(body);
}
