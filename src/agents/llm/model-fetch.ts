import { Failure } from '../../core/failure.ts';
import { patientFetch } from '../patient-fetch.ts';

/** Bytes of one answer of a provider. */
const answerLimit = 4 * 2 ** 20;

/** The fetch of every provider: redirects are refused, since they would carry the key elsewhere, and answers are bounded. */
export async function modelFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const url = input instanceof Request ? input.url : input;
  const answer = await patientFetch(url, { ...init, redirect: 'error' });
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
