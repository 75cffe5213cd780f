import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/failure.ts';
import { unlessAborted } from '../aborted.ts';
import { failureOfStatus } from './answer-status.ts';
import { modelFetch } from './model-fetch.ts';

/** Where Ollama listens unless it is told otherwise. */
export const usualOllama = 'http://127.0.0.1:11434';

/** Milliseconds that an Ollama on this machine has to list its models. */
const patience = 3_000;

/** Characters of an error's body. */
const detailLimit = 200;

/**
 * The first model that is installed at an OpenAI-compatible base URL, as Ollama lists them.
 * @throws {Failure} when it answers with an error, or with no list; another error when it cannot be reached.
 */
export async function installedModel(baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await unlessAborted(signal, (controller) =>
    modelFetch(`${baseUrl}/models`, { signal: controller.signal }),
  );
  const text = await answer.text();
  if (!answer.ok) {
    const { code, retryable } = failureOfStatus(answer.status);
    throw new Failure(code, `answered ${answer.status}: ${text.slice(0, detailLimit)}`, { retryable });
  }
  const { z } = await import('zod');
  // Where nothing is installed, some versions answer with null in place of a list.
  const modelList = z.object({ data: z.array(z.object({ id: z.string() })).nullable() });
  const list = modelList.safeParse(jsonOf(text));
  if (!list.success) throw new Failure('bad_answer', 'gave no list of models', { retryable: true });
  return list.data.data?.[0]?.id;
}

/** Whether an Ollama that has a model answers at this origin. */
export async function findOllama(origin: string, clock: Clock): Promise<boolean> {
  const abort = new AbortController();
  const timer = clock.setTimeout(() => abort.abort(new Failure('timeout', 'no answer')), patience);
  try {
    return (await installedModel(`${origin}/v1`, abort.signal)) !== undefined;
  } catch {
    return false;
  } finally {
    clock.clearTimeout(timer);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
