import { expect, test } from 'vitest';
import { callbackGuard } from '../../src/notifications/callback-guard.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { planOf } from '../support/runtime.ts';

const { triggers = [] } =
  planOf(
    `agents:
  a:
    type: echo
    triggers:
      - { id: clock, type: schedule, every: 1h }
      - { id: open, type: webhook, auth: none, path: /a, response: { mode: callback, callback_field: to } }
      - { id: inner, type: webhook, auth: none, path: /b, response: { mode: callback, callback_field: to, callback_hosts: [intern, '*.lan'] } }
      - { id: fixed, type: webhook, auth: none, path: /c, response: { mode: callback, callback_url: 'http://intern:81/x' } }
`,
    new FakeClock(),
  ).agents.get('a') ?? {};

test.each([
  ['open', 'http://intern/', 'public'],
  ['open', 'http://intern:81/x', 'public'],
  ['inner', 'http://intern:81/y', 'none'],
  ['inner', 'http://nas.lan/', 'public'],
  ['fixed', 'http://intern:81/x', 'none'],
  ['fixed', 'http://intern/', 'public'],
  ['clock', 'http://intern/', 'public'],
  ['gone', 'http://intern:81/x', 'public'],
] as const)('a callback of %s to %s goes out under the guard %s', (id, url, guard) => {
  expect(
    callbackGuard(
      url,
      triggers.find((trigger) => trigger.id === id),
    ),
  ).toBe(guard);
});
