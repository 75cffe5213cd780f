// No time limits of its own: a model on a slow machine, or a tool, may take longer than the five minutes that fetch
// allows, and the run's own timeout aborts the call.
const client = async () => {
  // By its default: undici is CommonJS, and inside a bundle a dynamic import of it has no named exports.
  const { Agent, fetch } = (await import('undici')).default;
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return { dispatcher, fetch };
};
let loaded: ReturnType<typeof client> | undefined;

/** As `fetch`, with bodies of text, and for as long as the other side takes. A connection is made within 10 s. */
export async function patientFetch(
  input: string | URL,
  { method = 'GET', headers, body, signal = null, redirect = 'follow' }: RequestInit,
) {
  loaded ??= client();
  const { dispatcher, fetch } = await loaded;
  return fetch(input, {
    method,
    headers: [...new Headers(headers)],
    body: typeof body === 'string' ? body : null,
    signal,
    redirect,
    dispatcher,
  });
}
