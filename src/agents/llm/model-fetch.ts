import { Failure } from '../../core/failure.ts';

/** Bytes of one answer of a provider. */
const answerLimit = 16 * 2 ** 20;

// No time limits of its own: a model on a slow machine may think for longer than the five minutes that fetch allows,
// and the run's own timeout aborts the call.
const client = async () => {
  // By its default: undici is CommonJS, and inside a bundle a dynamic import of it has no named exports.
  const { Agent, fetch } = (await import('undici')).default;
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return { dispatcher, fetch };
};
let loaded: ReturnType<typeof client> | undefined;

/** The fetch of every provider: redirects are refused, since they would carry the key elsewhere, and answers are bounded. */
export async function modelFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  loaded ??= client();
  const { dispatcher, fetch } = await loaded;
  const answer = await fetch(input instanceof Request ? input.url : input, {
    method: init.method ?? 'GET',
    headers: [...new Headers(init.headers)],
    body: typeof init.body === 'string' ? init.body : null,
    signal: init.signal ?? null,
    redirect: 'error',
    dispatcher,
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > answerLimit) throw new Failure('bad_answer', `an answer of more than ${answerLimit} bytes`);
    chunks.push(chunk);
  }
  return new Response(size === 0 ? null : Buffer.concat(chunks), {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers],
  });
}
