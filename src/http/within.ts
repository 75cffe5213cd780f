import type { Clock } from '../core/clock.ts';
import { Failure } from '../core/failure.ts';

/** What `work` resolves with, or undefined when it takes longer than `ms` milliseconds; then its signal is aborted. */
export async function within<Result>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const controller = new AbortController();
  const late = new Failure('timeout', 'it took too long');
  const timer = clock.setTimeout(() => controller.abort(late), ms);
  try {
    return await work(controller.signal);
  } catch (thrown) {
    if (thrown === late) return undefined;
    throw thrown;
  } finally {
    clock.clearTimeout(timer);
  }
}
