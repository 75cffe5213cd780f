import { expect, test } from 'vitest';
import type { SendRequest } from '../../src/notifications/send.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { request } from '../support/reloadable.ts';
import { startedRuntime } from '../support/runtime.ts';
import { answer } from './receiving.ts';

test('private addresses are open to the callbacks of the trigger that names them, not to its agent’s others', async () => {
  const clock = new FakeClock();
  const sent: SendRequest[] = [];
  const sender = {
    send: async (request: SendRequest) => {
      sent.push(request);
      return answer(200);
    },
    close: async () => {},
  };
  const { runtime } = await startedRuntime(
    `agents:
  a:
    type: echo
    triggers:
      - { id: inner, type: webhook, path: /inner, auth: none, response: { mode: callback, callback_field: to, callback_hosts: [intern] } }
      - { id: open, type: webhook, path: /open, auth: none, response: { mode: callback, callback_field: to } }
`,
    { clock, sender },
  );
  for (const trigger of ['inner', 'open']) {
    const body = JSON.stringify({ to: `http://intern/${trigger}` });
    expect(await runtime.call('a', trigger, request(body))).toMatchObject({ kind: 'accepted' });
    await clock.advance(1_000);
  }
  expect(sent.map(({ url, guard }) => [url, guard])).toEqual([
    ['http://intern/inner', 'none'],
    ['http://intern/open', 'public'],
  ]);
  await runtime.stop();
});
