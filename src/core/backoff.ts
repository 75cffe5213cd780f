import type { Random } from './random.ts';

/** How tries are spaced. */
export interface RetryPolicy {
  /** How many tries there are in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds before the second try. */
  readonly initialDelay: number;
  /** The longest wait between two tries, in milliseconds, before jitter. */
  readonly maxDelay: number;
}

/**
 * Milliseconds to wait after the failed try number `attempt` (from 1): doubling from `initialDelay` to
 * `maxDelay`, plus up to 20% so that many clients do not come back in step.
 */
export function backoffDelay(policy: RetryPolicy, attempt: number, random: Pick<Random, 'next'>): number {
  const base = Math.min(policy.maxDelay, policy.initialDelay * 2 ** Math.min(attempt - 1, 52));
  return Math.round(base * (1 + 0.2 * random.next()));
}
