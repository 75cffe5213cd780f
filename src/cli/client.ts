// The way of commands to a running server: its address and token, and its answers.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { getGlobalDispatcher, request as httpRequest, interceptors } from 'undici';
import { z } from 'zod';
import { errorMessage } from '../core/failure.ts';
import { localTokenPath } from '../http/local-token.ts';
import { ClientError } from './client-error.ts';
import { fitsHeader, unfitForHeader } from './header-text.ts';
import type { Io } from './io.ts';
import { type ServedOptions, servedPlan } from './served-plan.ts';
import { serverAddress } from './server-address.ts';

export interface ClientOptions extends ServedOptions {
  /** Of the server, as `serverUrl` makes it; default: from the server section of the config. */
  readonly url?: string | undefined;
  /** Fits a header. Default: the local token in the data folder. */
  readonly token?: string | undefined;
}

export interface Client {
  /**
   * The answer, which has the shape. `path` begins with a slash.
   * @throws {ClientError} where it has not, the server says no, or no token can be found.
   */
  request<T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, body?: unknown): Promise<T>;
}

/** A client of the running server; where that is, is read from the config at the first request. */
export function createClient(options: ClientOptions, io: Io): Client {
  let locating: ReturnType<typeof locate> | undefined;
  return {
    async request(method, path, shape, body) {
      locating ??= locate(options, io);
      const { url, dataFolder } = await locating;
      const token = (options.token ?? readToken(dataFolder)).trim();
      const answer = await ask(url, path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const parsed: unknown = answer.text === '' ? undefined : parse(answer.text, url);
      if (answer.status >= 400)
        throw new ClientError(detailOf(parsed) ?? `the server answered ${answer.status}`);
      const { success, data, error } = shape.safeParse(parsed);
      if (success) return data;
      const [issue] = error.issues;
      throw new ClientError(
        `${url} does not answer as Callboard does: ${[...(issue?.path ?? []), issue?.message].join(': ')}`,
      );
    },
  };
}

/** For answers that are shown as they come. */
export const anyObject = z.record(z.string(), z.unknown());

/** Not by `fetch`: it refuses the ports that browsers do, on which a server may well listen. */
async function ask(
  url: string,
  path: string,
  options: Parameters<typeof httpRequest>[1],
): Promise<{ status: number; text: string }> {
  const dispatcher = getGlobalDispatcher().compose(interceptors.redirect({ maxRedirections: 20 }));
  try {
    const { statusCode, body } = await httpRequest(`${url}${path}`, { ...options, dispatcher });
    return { status: statusCode, text: await body.text() };
  } catch (thrown) {
    throw new ClientError(`cannot reach ${url}: ${errorMessage(thrown)}; is Callboard running?`);
  }
}

async function locate(options: ClientOptions, io: Io): Promise<{ url: string; dataFolder: string }> {
  const { url, token, data } = options;
  const dataFolder = resolve(io.cwd, data ?? 'data');
  const unknown = [
    ...(url === undefined ? ['its address with --url'] : []),
    ...(token === undefined && data === undefined
      ? ['its token with --token or its folder with --data']
      : []),
  ];
  if (url !== undefined && unknown.length === 0) return { url, dataFolder };
  const plan = await servedPlan(
    options,
    `cannot tell which server is meant, name ${unknown.join(', and ')}`,
    io,
  );
  if (url === undefined && plan?.server.port === 0)
    throw new ClientError(
      'the config says port 0, which is another one at each start: name the address with --url',
    );
  return {
    url: url ?? (plan === undefined ? 'http://127.0.0.1:8080' : serverAddress(plan.server)),
    dataFolder: plan === undefined ? dataFolder : dirname(plan.journal.path),
  };
}

function readToken(dataFolder: string): string {
  const path = localTokenPath(dataFolder);
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new ClientError(
      `cannot read the token ${path}: ${errorMessage(thrown)}; name it with --token, or the folder with --data`,
    );
  }
  if (!fitsHeader(token)) throw new ClientError(`the token ${path} ${unfitForHeader}`);
  return token;
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ClientError(`${url} does not answer as Callboard does`);
  }
}

function detailOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('detail' in body)) return undefined;
  return typeof body.detail === 'string' ? body.detail : undefined;
}
