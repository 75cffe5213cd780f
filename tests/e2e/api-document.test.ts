// Every route of the API on the real program, held to the document that the API gives of itself.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ApiDocument } from '../support/api-document.ts';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';

const config = (receiver: string) => `
limits: { min_free_disk: 1B }
agents:
  hello:
    type: echo
    description: Says it again.
    triggers:
      - { type: webhook, auth: none, input: from the file, when: "{{ ne .body.skip true }}" }
      - { type: schedule, id: nightly, cron: "0 3 * * *", input: "at {{ .trigger }}" }
      - { type: schedule, id: never, cron: "0 3 * * *", enabled: false }
    notifications: [{ id: done, url: "${receiver.replace('//', '//user:password@')}", events: [task.completed] }]
  broken:
    type: command
    command: [sh, -c, "exit 75"]
    retry: { max_attempts: 2, initial_delay: 10ms }
    budget: { tasks_per_hour: 1 }
  long: { type: command, command: [sleep, "60"] }
`;

const withId = z.object({ id: z.string() });
const page = z.looseObject({ items: z.array(z.looseObject({})), next: z.string().nullable() });

describe.each(runtimes)('under $name', (runtime) => {
  test('every answer is what the document says, and every route has been asked', async () => {
    let refuse = true;
    await using receiver = await recordingServer(() => ({ status: refuse ? 400 : 200, body: 'no thanks' }));
    await using place = new Workspace();
    const program = place.run(runtime, config(receiver.url));
    const url = await program.ready();
    const authorization = `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}`;
    const ask = async (method: string, target: string, body?: unknown) => {
      const json = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api${target}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : json) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { answer, body: z.unknown().parse(await answer.json()) };
    };
    const document = new ApiDocument((await ask('GET', '/openapi.json')).body);
    expect(await document.problems()).toEqual([]);

    const asked = new Set<string>();
    /** Asks, and holds the answer to the document; `{id}` in the path is filled in from `ids`. */
    const call = async (
      wanted: number,
      method: 'get' | 'post',
      path: string,
      { ids = {}, query = '', body }: { ids?: Record<string, string>; query?: string; body?: unknown } = {},
    ): Promise<unknown> => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
      const got = await ask(method.toUpperCase(), filled + query, body);
      const type = got.answer.headers.get('content-type')?.split(';')[0] ?? '';
      const what = `${method} ${path}${query}`;
      expect([what, got.answer.status, got.body]).toEqual([what, wanted, expect.anything()]);
      const answer = { method, path, status: wanted, type, body: got.body };
      expect([what, document.differences(answer)]).toEqual([what, []]);
      asked.add(`${method} ${path}`);
      return got.body;
    };
    const items = async (path: string, query = '') =>
      page.parse(await call(200, 'get', path, { query })).items;
    const ended = async (id: string) => {
      await expect
        .poll(async () => (await ask('GET', `/tasks/${id}`)).body)
        .toMatchObject({ finished_at: expect.any(String) });
      return call(200, 'get', '/tasks/{id}', { ids: { id } });
    };

    expect(await items('/agents')).toMatchObject([{ name: 'hello' }, { name: 'broken' }, { name: 'long' }]);
    expect(await items('/triggers', '?agent=hello')).toMatchObject([
      { id: 'webhook', state: 'listening', path: '/webhooks/hello' },
      { id: 'nightly', state: 'waiting', next_at: expect.stringContaining('T03:00:00.000Z') },
      { id: 'never', enabled: false, next_at: null },
    ]);

    // Tasks: started by hand, shown, replayed.
    const started = withId.parse(
      await call(201, 'post', '/tasks', { body: { agent: 'hello', input: 'by hand' } }),
    );
    expect(await ended(started.id)).toMatchObject({
      status: 'completed',
      result: 'by hand',
      attempts: [{ number: 1, status: 'completed', error: null }],
      events: expect.arrayContaining([
        expect.objectContaining({ type: 'task.queued' }),
        expect.objectContaining({ type: 'task.completed' }),
      ]),
      deliveries: [{ notification: 'done' }],
    });
    const again = withId.parse(await call(201, 'post', '/tasks/{id}/replay', { ids: started }));
    expect(await ended(again.id)).toMatchObject({ result: 'by hand' });
    await call(404, 'post', '/tasks/{id}/replay', { ids: { id: 'nothing' } });
    await call(404, 'post', '/tasks', { body: { agent: 'nobody' } });
    await call(400, 'post', '/tasks', { body: { input: 'for whom?' } });
    const failed = withId.parse(await call(201, 'post', '/tasks', { body: { agent: 'broken' } }));
    expect(await ended(failed.id)).toMatchObject({
      status: 'failed',
      error: { code: 'exit_75' },
      attempts: [
        { number: 1, status: 'failed', error: { code: 'exit_75' } },
        { number: 2, status: 'failed', error: { code: 'exit_75' } },
      ],
    });
    await call(429, 'post', '/tasks', { body: { agent: 'broken' } });
    const long = withId.parse(await call(201, 'post', '/tasks', { body: { agent: 'long' } }));
    await program.line(({ message, task }) => message === 'task started' && task === long.id, 'long runs');
    await call(202, 'post', '/tasks/{id}/cancel', { ids: long });
    expect(await ended(long.id)).toMatchObject({ status: 'cancelled', attempts: [{ status: 'cancelled' }] });
    await call(409, 'post', '/tasks/{id}/cancel', { ids: long });
    await call(404, 'post', '/tasks/{id}/cancel', { ids: { id: 'nothing' } });
    await call(404, 'get', '/tasks/{id}', { ids: { id: 'nothing' } });

    // Triggers: fired, paused, resumed.
    const hook = { agent: 'hello', id: 'webhook' };
    const fired = withId.parse(await call(201, 'post', '/triggers/{agent}/{id}/fire', { ids: hook }));
    expect(await ended(fired.id)).toMatchObject({ trigger: 'webhook', result: 'from the file' });
    const nightly = { agent: 'hello', id: 'nightly' };
    const early = withId.parse(await call(201, 'post', '/triggers/{agent}/{id}/fire', { ids: nightly }));
    expect(await ended(early.id)).toMatchObject({ trigger: 'nightly', result: 'at nightly' });
    const other = { ids: nightly, body: { input: 'something else' } };
    const told = withId.parse(await call(201, 'post', '/triggers/{agent}/{id}/fire', other));
    expect(await ended(told.id)).toMatchObject({ result: 'something else' });
    for (const act of ['pause', 'resume', 'fire']) {
      await call(409, 'post', `/triggers/{agent}/{id}/${act}`, { ids: { agent: 'hello', id: 'never' } });
      await call(404, 'post', `/triggers/{agent}/{id}/${act}`, { ids: { agent: 'hello', id: 'nothing' } });
    }
    const headers = { 'content-type': 'application/json' };
    const post = (body: string) => fetch(`${url}/webhooks/hello`, { method: 'POST', headers, body });
    expect(await call(200, 'post', '/triggers/{agent}/{id}/pause', { ids: hook })).toEqual({
      state: 'paused',
    });
    expect((await post('{}')).status).toBe(503);
    expect((await items('/triggers')).map(({ state }) => state)).toEqual([
      'paused',
      'waiting',
      expect.anything(),
    ]);
    expect(await call(200, 'post', '/triggers/{agent}/{id}/resume', { ids: hook })).toEqual({
      state: 'listening',
    });
    expect((await post('{"skip":true}')).status).toBe(200);
    expect(await items('/skips', '?agent=hello&trigger=webhook')).toMatchObject([
      { reason: 'filtered', count: 1 },
      { reason: 'paused', count: 1 },
    ]);
    expect(await items('/skips', '?reason=paused')).toMatchObject([{ count: 1 }]);

    // Deliveries: dead, shown, replayed by id and by filter.
    await expect.poll(async () => (await items('/deliveries', '?status=dead')).length).toBe(5);
    const [dead] = await items('/deliveries', `?task=${started.id}`);
    const { id } = withId.parse(dead);
    expect(await call(200, 'get', '/deliveries/{id}', { ids: { id } })).toMatchObject({
      url: `${receiver.url}/`,
      attempts: [{ status: 400, answer: 'no thanks' }],
      body: expect.stringContaining('by hand'),
    });
    refuse = false;
    await call(202, 'post', '/deliveries/{id}/replay', { ids: { id } });
    await expect.poll(async () => (await items('/deliveries', '?status=delivered')).length).toBe(1);
    await call(409, 'post', '/deliveries/{id}/replay', { ids: { id } });
    await call(404, 'post', '/deliveries/{id}/replay', { ids: { id: 'nothing' } });
    await call(404, 'get', '/deliveries/{id}', { ids: { id: 'nothing' } });
    await call(400, 'post', '/deliveries/replay', { query: '?agnet=nobody' });
    const none = { query: '?agent=broken' };
    expect(await call(202, 'post', '/deliveries/replay', none)).toEqual({ replayed: 0 });
    const of = { query: `?agent=hello&notification=done&since=2020-01-01T00:00:00Z` };
    expect(await call(202, 'post', '/deliveries/replay', of)).toEqual({ replayed: 4 });
    await expect.poll(async () => (await items('/deliveries', '?status=delivered')).length).toBe(5);

    // Notifications.
    const done = { agent: 'hello', id: 'done' };
    expect(await items('/notifications', '?agent=hello')).toMatchObject([{ id: 'done', paused: null }]);
    await call(200, 'post', '/notifications/{agent}/{id}/pause', { ids: done });
    expect(await items('/notifications')).toMatchObject([{ paused: 'operator' }]);
    await call(202, 'post', '/notifications/{agent}/{id}/test', { ids: done });
    await call(200, 'post', '/notifications/{agent}/{id}/resume', { ids: done });
    await receiver.waitFor(11);
    for (const act of ['pause', 'resume', 'test'])
      await call(404, 'post', `/notifications/{agent}/{id}/${act}`, {
        ids: { agent: 'hello', id: 'nothing' },
      });

    // Lists: newest first, page by page, by every filter.
    const all = (await items('/tasks')).map((task) => withId.parse(task).id);
    expect(all).toEqual([told, early, fired, long, failed, again, started].map((task) => task.id));
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const got = page.parse(await call(200, 'get', '/tasks', { query }));
      pages.push(...got.items.map((task) => withId.parse(task).id));
      cursor = got.next;
    }
    expect(pages).toEqual(all);
    expect((await items('/tasks', '?agent=hello&trigger=nightly&status=completed')).length).toBe(2);
    expect((await items('/tasks', '?since=2099-01-01T00:00:00Z')).length).toBe(0);
    for (const list of ['tasks', 'deliveries', 'skips'] as const) {
      for (const query of ['?limit=0', '?cursor=!', '?status=odd&reason=odd', '?since=today', '?colour=red'])
        await call(400, 'get', `/${list}`, { query });
    }
    // Other methods than the document has are told which there are.
    for (const [path, methods] of document.methods) {
      const filled = path.replace(/\{\w+\}/g, 'x');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(
        (name) => !methods.includes(name),
      )) {
        // Here `replay` would be the id of a delivery.
        if (path === '/deliveries/replay' && method === 'GET') continue;
        const { answer, body } = await ask(method, filled);
        const told = answer.headers.get('allow')?.split(', ') ?? [];
        expect([method, filled, answer.status, body, told]).toEqual([
          method,
          filled,
          405,
          expect.objectContaining({ status: 405 }),
          path === '/deliveries/replay' ? ['GET', 'HEAD', ...methods] : [...methods],
        ]);
      }
    }
    const unasked = document.operations.filter((operation) => !asked.has(operation));
    // Streams are read elsewhere.
    expect(unasked).toEqual(['get /events']);
    expect(await program.stop()).toBe(0);
  });
});
