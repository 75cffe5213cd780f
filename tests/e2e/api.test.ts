// The API and the commands that use it, against the real program.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

describe.each(runtimes)('under $name', { timeout: 90_000 }, (runtime) => {
  test('nothing is shown without the token, nor to a page of another origin', async () => {
    const program = place.run(
      runtime,
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }',
    );
    const url = await program.ready();
    const authorization = `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}`;
    const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
      const answer = await fetch(`${url}${path}`, { method, headers });
      return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
    };
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: authorization.slice(0, -1) },
    ]) {
      for (const path of ['/api/tasks', '/api/deliveries', '/api/openapi.json', '/api/nothing']) {
        expect(await ask(path, headers)).toMatchObject({ status: 401, type: 'application/problem+json' });
      }
    }
    expect(await ask('/api/tasks', { authorization, origin: 'http://evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await ask('/api/tasks', { authorization, origin: url })).toMatchObject({ status: 200 });
    expect(await ask('/api/tasks?limit=0', { authorization })).toMatchObject({
      status: 400,
      type: 'application/problem+json',
    });
    expect(await ask('/api/tasks/unknown', { authorization })).toMatchObject({
      status: 404,
      type: 'application/problem+json',
    });
    expect(await ask('/api/nothing', { authorization })).toMatchObject({
      status: 404,
      type: 'application/problem+json',
    });
    for (const [status, type, body] of [
      [400, 'application/json', '{'],
      [400, 'application/json', '{"agent":7}'],
      [413, 'application/json', JSON.stringify({ agent: 'hello', input: 'x'.repeat(2 ** 20) })],
      [415, 'text/plain', '{"agent":"hello"}'],
    ] as const) {
      const headers = { authorization, 'content-type': type };
      const answer = await fetch(`${url}/api/tasks`, { method: 'POST', headers, body });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
      expect(await answer.json()).toMatchObject({ status, title: expect.any(String) });
    }
    expect(await ask('/api/tasks', { authorization }, 'POST')).toMatchObject({ status: 400 });
    for (const path of ['/api/agents?agnet=x', '/api/tasks/none?limit=1', '/api/notifications?limit=1'])
      expect(await ask(path, { authorization })).toMatchObject({ status: 400 });
    for (const [path, body] of [
      ['/api/tasks', { agent: 'hello', inptu: 'x' }],
      ['/api/triggers/hello/webhook/fire', { inptu: 'x' }],
    ] as const) {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { detail: expect.stringContaining('"inptu"') },
      ]);
    }
    for (const path of ['/health', '/ready', '/metrics', '/inspect']) {
      expect(await ask(path)).toMatchObject({ status: 200 });
    }
    for (const path of [
      '/health',
      '/ready',
      '/metrics',
      '/inspect',
      '/inspect/machines',
      '/status/unknown',
    ]) {
      const answer = await fetch(`${url}${path}`, { method: 'DELETE' });
      const told = [answer.status, answer.headers.get('allow'), answer.headers.get('content-type')];
      expect([path, ...told]).toEqual([path, 405, 'GET, HEAD', 'application/problem+json']);
    }
    for (const path of ['/', '/nothing', '/webhooks/nobody', '/health/nothing'])
      for (const method of ['GET', 'POST', 'DELETE'])
        expect([path, (await fetch(`${url}${path}`, { method })).status]).toEqual([path, 404]);
    expect(await ask('/api/tasks', {}, 'DELETE')).toMatchObject({ status: 401 });
    const { body } = await ask('/api/openapi.json', { authorization });
    expect(JSON.parse(body)).toMatchObject({
      openapi: '3.1.0',
      paths: { '/tasks': {}, '/deliveries/{id}/replay': {} },
    });
    expect(await program.stop()).toBe(0);
  });

  test('a dead letter is listed, shown with its attempts, and replayed under its own id', async () => {
    let refuse = true;
    await using receiver = await recordingServer(() => ({ status: refuse ? 400 : 200, body: 'no thanks' }));
    const program = place.run(
      runtime,
      `agents: { hello: { type: echo, trigger: { type: webhook, auth: none }, notifications: [{ id: done, url: "${receiver.url}", events: [task.completed] }] } }`,
    );
    const url = await program.ready();
    await fetch(`${url}/webhooks/hello`, { method: 'POST', body: '"hi"' });
    const { delivery } = await program.message('delivery is dead');
    const command = async (...args: string[]) => {
      const child = place.start(runtime, [...args, '--url', url]);
      return { code: await child.ended, lines: child.lines, stderr: child.stderr };
    };
    const listed = await command('deliveries', 'list', '--status', 'dead', '--format', 'json');
    expect(listed.code).toBe(0);
    expect(listed.lines).toMatchObject([
      {
        id: delivery,
        status: 'dead',
        attempts: [{ status: 400, answer: 'no thanks' }],
        reason: 'rejected: answered 400',
      },
    ]);
    refuse = false;
    expect(await command('deliveries', 'replay', String(delivery))).toMatchObject({ code: 0 });
    await program.message('delivered');
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([delivery, delivery]);
    expect(await command('deliveries', 'replay', String(delivery))).toMatchObject({
      code: 1,
      stderr: `callboard: Delivery ${delivery} is not dead; only dead letters are replayed.\n`,
    });
    const tasks = await command('tasks', '--format', 'json');
    expect(tasks.lines).toMatchObject([{ agent: 'hello', status: 'completed', result: '"hi"' }]);
    const shown = await fetch(`${url}/api/tasks/${z.string().parse(tasks.lines[0]?.id)}`, {
      headers: { authorization: `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}` },
    });
    expect(await shown.json()).toMatchObject({ deliveries: [{ id: delivery, status: 'delivered' }] });
    expect(await program.stop()).toBe(0);
  });

  test('long texts come in several pages, and all deliveries with their task', async () => {
    await using receiver = await recordingServer();
    const hooks = Array.from(
      { length: 9 },
      (_, index) => `{ id: n${index}, url: "${receiver.url}", events: [task.completed] }`,
    );
    const program = place.run(
      runtime,
      `agents: { hello: { type: echo, trigger: { type: webhook, auth: none }, notifications: [${hooks}] } }`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const calls = Array.from({ length: 5 }, () =>
      caller.post('/webhooks/hello', JSON.stringify('x'.repeat(2 ** 20 - 2))),
    );
    const [first] = await Promise.all(calls);
    // Input and result of each are 2 MiB together.
    const page = await caller.api('tasks');
    expect(page.body).toMatchObject({ items: { length: 4 }, next: expect.any(String) });
    const rest = await caller.api(`tasks?cursor=${page.body.next}`);
    expect(rest.body).toMatchObject({ items: { length: 1 }, next: null });
    // The bodies of its nine deliveries are more than a page, but they are not shown here.
    const shown = await caller.api(`tasks/${first?.body.task_id}`);
    expect(shown.body).toMatchObject({ deliveries: { length: 9 } });
    expect(await program.stop()).toBe(0);
  });

  test('a task that runs is cancelled from the command line', async () => {
    const program = place.run(
      runtime,
      'agents: { long: { type: command, command: [sleep, "60"], trigger: { type: webhook, auth: none, response: { mode: async } } } }',
    );
    const url = await program.ready();
    await fetch(`${url}/webhooks/long`, { method: 'POST', body: '{}' });
    const { task } = await program.message('task started');
    const cancel = place.start(runtime, ['tasks', 'cancel', String(task), '--url', url]);
    expect(await cancel.ended).toBe(0);
    expect(await program.message('task cancelled')).toMatchObject({ task, reason: 'operator' });
    expect(await program.stop()).toBe(0);
  });
});
