import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

// No time limits of its own: a model on a slow machine, or a tool, may take longer than the five minutes that fetch
// allows, and the run's own timeout aborts the call.
const client = async () => {
  // By its default: undici is CommonJS, and inside a bundle a dynamic import of it has no named exports.
  const { Agent, interceptors, request } = (await import('undici')).default;
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return { agent, following: agent.compose(interceptors.redirect({ maxRedirections: 20 })), request };
};
let loaded: ReturnType<typeof client> | undefined;

/** By content encoding, of servers that compress what was asked for as it is. */
const decoders = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Answers that have no body. Source: https://fetch.spec.whatwg.org/#null-body-status */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * As `fetch`, with bodies of text, and for as long as the other side takes. A connection is made within 10 s. Answers are
 * asked for as they are, not compressed.
 *
 * Not by undici's own `fetch`: under Deno the body of an answer that is cut off, or aborted, would never end.
 * @throws {TypeError} as `fetch` does, when no answer comes, or a redirect that is not to be followed.
 */
export async function patientFetch(
  input: string | URL,
  { method = 'GET', headers, body, signal = null, redirect = 'follow' }: RequestInit,
): Promise<Response> {
  loaded ??= client();
  const { agent, following, request } = await loaded;
  const asked = new Headers(headers);
  if (!asked.has('accept-encoding')) asked.set('accept-encoding', 'identity');
  const answer = await request(input, {
    method,
    headers: Object.fromEntries(asked),
    body: typeof body === 'string' ? body : null,
    signal,
    dispatcher: redirect === 'follow' ? following : agent,
  }).catch((thrown: unknown) => {
    throw failed(thrown, signal);
  });
  const { statusCode: status, body: content } = answer;
  const given = headersOf(answer.headers);
  if (redirect !== 'manual' && status >= 300 && status < 400 && given.has('location')) {
    content.on('error', () => {}).destroy();
    throw failed(new Error(redirect === 'follow' ? 'too many redirects' : 'unexpected redirect'), signal);
  }
  if (withoutBody.has(status)) {
    await content.dump();
    return new Response(null, { status, headers: given });
  }
  const decoder = decoders.get(given.get('content-encoding')?.trim().toLowerCase() ?? '')?.();
  if (decoder === undefined) return new Response(streamOf(content, signal), { status, headers: given });
  for (const name of ['content-encoding', 'content-length']) given.delete(name);
  // Whoever reads hears of an error.
  const decoded = pipeline(content, decoder, () => {});
  return new Response(streamOf(decoded, signal), { status, headers: given });
}

function streamOf(content: Readable, signal: AbortSignal | null): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = content[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (thrown) {
        controller.error(failed(thrown, signal));
      }
    },
    cancel: async () => {
      await chunks.return?.();
    },
  });
}

/** Aborted: the reason of that. Else what callers know `fetch` to throw. */
function failed(thrown: unknown, signal: AbortSignal | null): unknown {
  return signal?.aborted === true ? signal.reason : new TypeError('fetch failed', { cause: thrown });
}

function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(given))
    for (const one of [value].flat()) headers.append(name, one);
  return headers;
}
