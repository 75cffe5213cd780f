import { Agent, errors, request as httpRequest } from 'undici';
import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/failure.ts';
import { percentDecoded } from '../core/percent.ts';
import type { Redactor } from '../core/redact.ts';
import { type AddressGuard, AddressRefused, forbiddenHost } from './address-guard.ts';
import { answerText, mostRead } from './answer-text.ts';
import { createConnector, createLookup, type Lookup } from './connect.ts';
import { type Exchange, runExchange, type SendRequest, type SendResult } from './exchange.ts';
import { createMailer, isMail } from './mail.ts';

export type { SendRequest, SendResult } from './exchange.ts';

export interface Sender {
  /** Makes one POST, or hands one e-mail to its server. Rejects only when `signal` is aborted, with its reason; every other end is a result. */
  send(request: SendRequest): Promise<SendResult>;
  /** Drops all connections. */
  close(): Promise<void>;
}

export interface SenderDependencies {
  readonly clock: Clock;
  /** Takes the secrets out of answers and error messages. */
  readonly redactor: Redactor;
  /** Default: the machine's resolver. */
  readonly lookup?: Lookup;
}

/** Errors of a request that can never be sent: a header that HTTP does not allow, for example. */
const unsendable = [
  errors.InvalidArgumentError,
  errors.NotSupportedError,
  errors.RequestContentLengthMismatchError,
];

/**
 * Makes what carries deliveries, over HTTP and SMTP. HTTP connections are kept for a few seconds and reused by origin, as many as
 * there are requests under way, so that a slow receiver delays nobody else; guarded and free requests never share
 * one. Redirects are not followed. Of an answer 64 KiB are read, then the connection is dropped.
 */
export function createSender({ clock, redactor, lookup = createLookup() }: SenderDependencies): Sender {
  const agentFor = (guard: AddressGuard) =>
    // Our own time-out covers the whole exchange; undici's would cut long ones short.
    new Agent({ connect: createConnector(guard, lookup), headersTimeout: 0, bodyTimeout: 0 });
  const agents = { none: agentFor('none'), public: agentFor('public') };

  const post = async (request: SendRequest, signal: AbortSignal): Promise<Exchange> => {
    const target = readTarget(request);
    if ('reason' in target) return { kind: 'refused', reason: target.reason };
    const { url, headers } = target;
    let status: number | undefined;
    let retryAfter: string | undefined;
    let encoding: string | undefined;
    const read: Uint8Array[] = [];
    const answered = (status: number): Exchange => {
      const answer = answerText(Buffer.concat(read).subarray(0, mostRead), encoding, redactor);
      return { kind: 'answer', protocol: 'http', status, retryAfter, answer };
    };
    try {
      const dispatcher = agents[request.guard];
      const answer = await httpRequest(url, {
        method: 'POST',
        headers,
        body: request.body,
        dispatcher,
        signal,
      });
      status = answer.statusCode;
      retryAfter = first(answer.headers['retry-after']);
      encoding = first(answer.headers['content-encoding']);
      await readBeginning(answer.body, read);
      return answered(status);
    } catch (thrown) {
      if (thrown instanceof AddressRefused) return { kind: 'refused', reason: thrown.message };
      // Only a success wants its whole body, in which the receiver may still say otherwise; but that of a 204 counts for
      // nothing. Every other status has said what is to follow.
      if (status !== undefined && (status === 204 || status < 200 || status >= 300)) return answered(status);
      const message = redactor.text(errorMessage(thrown));
      if (unsendable.some((kind) => thrown instanceof kind)) {
        return { kind: 'refused', reason: `the request cannot be sent: ${message}` };
      }
      const prefix = status === undefined ? '' : `answered ${status}, but the answer did not end: `;
      return { kind: 'network', error: prefix + message };
    }
  };
  const mail = createMailer({ redactor, lookup });

  return {
    send: (request) =>
      runExchange(clock, request, (signal) => (isMail(request.url) ? mail : post)(request, signal)),
    close: async () => {
      await Promise.all([agents.none.destroy(), agents.public.destroy()]);
    },
  };
}

type Target = { readonly url: URL; readonly headers: Record<string, string> } | { readonly reason: string };

/** Parses the URL and moves its credentials into a header. */
function readTarget(request: SendRequest): Target {
  // The text is not repeated in the reasons: it may carry credentials.
  if (!URL.canParse(request.url)) return { reason: 'the URL cannot be parsed' };
  const url = new URL(request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { reason: `the URL has the scheme ${url.protocol} instead of http:, https:, smtp: or smtps:` };
  }
  const forbidden = request.guard === 'public' ? forbiddenHost(url.hostname) : undefined;
  if (forbidden !== undefined) return { reason: forbidden };
  const headers: Record<string, string> = { ...request.headers };
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if ((url.username !== '' || url.password !== '') && !named) {
    const credentials = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  url.username = '';
  url.password = '';
  return { url, headers };
}

/** Leaving the loop early destroys the body, and with it the connection. */
async function readBeginning(body: AsyncIterable<Uint8Array>, into: Uint8Array[]): Promise<void> {
  let size = 0;
  for await (const chunk of body) {
    into.push(chunk);
    size += chunk.length;
    if (size >= mostRead) break;
  }
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
