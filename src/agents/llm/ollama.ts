import type { Clock } from '../../core/clock.ts';
import { Failure } from '../../core/failure.ts';
import { unlessAborted } from '../aborted.ts';
import { modelFetch } from './model-fetch.ts';

/** Where Ollama listens unless it is told otherwise. */
export const usualOllama = 'http://127.0.0.1:11434';

/** Milliseconds that an Ollama on this machine has to list its models. */
const patience = 3_000;

/** The first model that is installed at an OpenAI-compatible base URL, as Ollama lists them. May throw. */
export async function installedModel(baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await unlessAborted(signal, (controller) =>
    modelFetch(`${baseUrl}/models`, { signal: controller.signal }),
  );
  const { z } = await import('zod');
  const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
  const list = modelList.safeParse(await answer.json().catch(() => undefined));
  return list.data?.data[0]?.id;
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
