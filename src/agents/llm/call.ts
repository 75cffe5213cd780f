import { backoffDelay } from '../../core/backoff.ts';
import { sleep } from '../../core/clock.ts';
import { formatDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import { abortFailure, unlessAborted } from '../aborted.ts';
import type { AgentHost } from '../host.ts';
import type { LlmPlan } from '../specification.ts';
import { within } from '../within.ts';
import { callProblem } from './call-problem.ts';

/** A provider that asks for a longer wait than this, in milliseconds, is not waited for inside a run. */
const longestWait = 60_000;

/**
 * Makes one call of a model: each try within the llm's `timeout`, again after transient errors up to its
 * `max_retries`, ended at once when `signal` is aborted.
 * @throws {Failure} see {@linkcode callProblem}; when aborted, the signal's reason.
 */
export async function callModel<T>(
  call: (signal: AbortSignal) => Promise<T>,
  llm: LlmPlan,
  signal: AbortSignal,
  host: Pick<AgentHost, 'clock' | 'random' | 'redactor'>,
): Promise<T> {
  const { clock, random } = host;
  const limit = {
    timeout: llm.timeout,
    failure: () => new Failure('timeout', `did not answer within ${formatDuration(llm.timeout ?? 0)}`),
  };
  const policy = { maxAttempts: llm.maxRetries + 1, initialDelay: 1_000, maxDelay: 30_000 };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await unlessAborted(signal, (controller) => within(limit, controller, call, clock));
    } catch (thrown) {
      if (signal.aborted) throw abortFailure(signal);
      const problem = await callProblem(thrown, llm, host);
      const wait = Math.max(problem.retryAfter ?? 0, backoffDelay(policy, attempt, random));
      if (!problem.transient || attempt >= policy.maxAttempts || wait > longestWait) throw problem.failure;
      await sleep(clock, wait, signal).catch(() => {
        throw abortFailure(signal);
      });
    }
  }
}
