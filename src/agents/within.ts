import type { Clock } from '../core/clock.ts';
import type { Failure } from '../core/failure.ts';

/** How long work may take, in milliseconds (undefined: as long as it likes), and what it is when it takes longer. */
export interface Limit {
  readonly timeout: number | undefined;
  readonly failure: () => Failure;
}

/** Does work, and aborts its controller when it takes longer than the limit. */
export async function within<T>(
  { timeout, failure }: Limit,
  controller: AbortController,
  work: (signal: AbortSignal) => Promise<T>,
  clock: Clock,
): Promise<T> {
  if (timeout === undefined) return work(controller.signal);
  const timer = clock.setTimeout(() => controller.abort(failure()), timeout);
  try {
    return await work(controller.signal);
  } finally {
    clock.clearTimeout(timer);
  }
}
