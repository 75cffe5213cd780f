import type { Clock } from '../../core/clock.ts';
import { errorMessage, Failure } from '../../core/failure.ts';
import { Redactor } from '../../core/redact.ts';
import type { AgentHost } from '../host.ts';
import type { LlmPlan } from '../specification.ts';
import { loadAi } from './ai.ts';
import { failureOfStatus } from './answer-status.ts';
import { titleOf } from './provider.ts';

/** Why a call of a model failed. */
export interface CallProblem {
  readonly failure: Failure;
  /** Whether the very same call may go well in a moment. */
  readonly transient: boolean;
  /** Milliseconds that the provider asks to wait. */
  readonly retryAfter: number | undefined;
}

/** Characters of a provider's own message. */
const messageLimit = 500;

/**
 * What was thrown by a call, as a failure: `rate_limited`, `unauthorized`, `timeout`, `bad_answer` or `provider_error`.
 * Its message names the provider and the model, and never holds the key.
 */
export async function callProblem(
  thrown: unknown,
  llm: LlmPlan,
  { clock, redactor = new Redactor() }: Pick<AgentHost, 'clock' | 'redactor'>,
): Promise<CallProblem> {
  const { APICallError } = await loadAi();
  const key = new Redactor();
  if (llm.apiKey !== undefined) key.add([llm.apiKey]);
  const detail = redactor.text(key.text(errorMessage(thrown))).slice(0, messageLimit);
  const problem = (
    code: string,
    what: string,
    is: { retryable: boolean; transient?: boolean; retryAfter?: number },
  ) => ({
    // No cause: the library's error holds the whole request, headers included.
    failure: new Failure(code, `${titleOf(llm)} ${what}`, { retryable: is.retryable }),
    transient: is.transient ?? false,
    retryAfter: is.retryAfter,
  });

  if (thrown instanceof Failure) {
    const isTimeout = thrown.code === 'timeout';
    return problem(thrown.code, detail, { retryable: isTimeout || thrown.retryable, transient: isTimeout });
  }
  if (!APICallError.isInstance(thrown)) {
    // The libraries of the providers throw other errors only for answers that they cannot read.
    return problem('bad_answer', `gave an answer that cannot be read: ${detail}`, { retryable: true });
  }
  const { statusCode: status, responseHeaders: headers = {} } = thrown;
  if (status === undefined) {
    return problem('provider_error', `cannot be reached: ${detail}`, { retryable: true, transient: true });
  }
  const answered = `answered ${status}: ${detail}`;
  if (status < 300)
    return problem('bad_answer', `gave an answer that cannot be read: ${detail}`, { retryable: true });
  const { code, retryable } = failureOfStatus(status);
  // Spent credit is reported as a rate limit too, but waiting does not bring it back.
  const isSpent = status === 429 && /insufficient_quota/.test(thrown.responseBody ?? '');
  const transient = retryable && !isSpent;
  const retryAfter = retryAfterOf(headers, clock);
  return problem(code, answered, {
    retryable: transient,
    transient,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Milliseconds of `retry-after-ms` or `retry-after` (seconds or a date, RFC 9110 section 10.2.3). */
function retryAfterOf(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (ms >= 0) return ms;
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}
