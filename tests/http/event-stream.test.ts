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

test.each([
  ['nothing', {}, '', 3],
  ['an empty id', { 'last-event-id': '' }, '', 3],
  ['the first of all', { 'last-event-id': '0' }, '', 1],
  ['an id', { 'last-event-id': '1' }, '?after=2', 2],
  ['a query', {}, '?after=1', 2],
  ['an id of another journal', { 'last-event-id': '999' }, '', 3],
])('from %s the stream goes on', async (_what, headers, query, first) => {
  const { runtime } = await startedRuntime('agents: { a: { type: echo, concurrency: 1 } }');
  const routes = eventRoutes({ runtime, redactor: new Redactor(), access: { watch: () => () => {} } });
  const admit = (id: string) =>
    runtime.journal.admitTask({
      task: { id, agent: 'none', trigger: 'manual', triggerType: 'manual', input: '', createdAt: 0 },
      queueLimit: 100,
    });
  await admit('a');
  await admit('b');
  expect(await runtime.journal.lastEvent()).toBe(2);
  const stream = await routes.request(`/events${query}`, { headers });
  await admit('c');
  runtime.bus.publish({ type: 'task.queued', taskId: 'c', agent: 'none', trigger: 'manual', at: 0 });
  const reader = stream.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toContain(`id: ${first}\n`);
  await reader?.cancel();
  await runtime.stop();
});

test.each(['?after=', '?after=x', '?after=-1', '?after=1.5'])('%s is refused', async (query) => {
  const { runtime } = await startedRuntime('agents: { a: { type: echo } }');
  const routes = eventRoutes({ runtime, redactor: new Redactor(), access: { watch: () => () => {} } });
  expect((await routes.request(`/events${query}`)).status).toBe(400);
  await runtime.stop();
});
