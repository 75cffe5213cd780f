import { expect, test, vi } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';
import { eventRoutes } from '../../src/http/routes/api/events.ts';
import { startedRuntime } from '../support/runtime.ts';

test('HEAD is answered without a stream that nobody would end', async () => {
  const { runtime } = await startedRuntime('agents: { a: { type: echo } }');
  const subscribe = vi.spyOn(runtime.bus, 'subscribe');
  const access = { watch: () => () => {} };
  const routes = eventRoutes({ runtime, redactor: new Redactor(), access });
  const head = await routes.request('/events', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(subscribe).not.toHaveBeenCalled();
  const get = await routes.request('/events');
  expect(get.headers.get('content-type')).toBe('text/event-stream');
  expect(subscribe).toHaveBeenCalledOnce();
  await get.body?.cancel();
  await runtime.stop();
});
