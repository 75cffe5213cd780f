import type { MiddlewareHandler } from 'hono';
import type { RuntimeState } from '../../../runtime/runtime.ts';
import { problem } from '../../problem.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';

export const retryLater = { 'Retry-After': '10' };

/** The journal is not open yet, or no longer. */
const closed: readonly RuntimeState[] = ['starting', 'stopped', 'failed'];

/**
 * Refuses with 503 what the runtime cannot do in its state. While it recovers everything can be seen and nothing be
 * changed: the actors that a cancel or a pause is for are not there yet, so it would be answered and lost.
 */
export function refuseTooEarly({ runtime }: Pick<HttpWorld, 'runtime'>): MiddlewareHandler<HttpEnvironment> {
  return async (c, next) => {
    const { state } = runtime;
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (closed.includes(state) || (state === 'recovering' && !reads))
      return problem(c, 503, `The runtime is ${state}.`, retryLater);
    return next();
  };
}
