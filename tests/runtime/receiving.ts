// One agent with one notification, `one/hook`, whose receiver is the test's own, on a clock that the test moves.
import type { SendRequest, SendResult } from '../../src/notifications/send.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startedRuntime, type TestRuntimeOptions } from '../support/runtime.ts';

const config = (extra = '') => `
agents:
  one:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: hook, url: "http://receiver.test/", events: [task.completed]${extra} }
`;

/** An answer of the receiver. */
export const answer = (status: number, retryAfter?: string): SendResult => ({
  kind: 'answer',
  protocol: 'http',
  status,
  retryAfter,
  answer: '',
  durationMs: 0,
});

/** A receiver that answers by the number of the request, and notes when each came. */
export async function receiving(
  respond: (index: number) => SendResult,
  extra = '',
  options: TestRuntimeOptions = {},
) {
  const { clock = new FakeClock() } = options;
  const start = clock.now();
  const requests: (SendRequest & { readonly at: number })[] = [];
  const sender = {
    send: async (request: SendRequest) => {
      requests.push({ ...request, at: clock.now() - start });
      return respond(requests.length - 1);
    },
    close: async () => {},
  };
  const { runtime, logged, events } = await startedRuntime(config(extra), { ...options, clock, sender });
  return {
    runtime,
    clock,
    logged,
    events,
    requests,
    send: () => runtime.operations.testNotification('one/hook'),
  };
}
