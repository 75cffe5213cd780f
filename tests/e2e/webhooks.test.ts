// Section 4 of the contract through the real program: every check's answer, repeats, and what did not run.
import { createHmac } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SystemClock } from '../../src/core/clock.ts';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';
import { workspaces } from '../support/workspaces.ts';

const secret = 'a secret of the sender';
const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const github = (body: string, id: string) => ({
  'content-type': 'application/json',
  'x-hub-signature-256': sign(body),
  'x-github-delivery': id,
});
const json = { 'content-type': 'application/json' };

const workspace = workspaces();

const open = 'type: webhook, auth: none';
const waits = "command: [sh, -c, 'while ! test -e go; do sleep 0.05; done; cat']";

describe.each(runtimes)('under $name', (runtime) => {
  test('each check has its answer, in the order of the contract', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  signed: { type: echo, trigger: { type: webhook, signature: github, secret: ${secret}, max_body: 1KiB, when: '{{ eq .body.run true }}', rate_limit: 1/h } }
  slack: { type: echo, trigger: { type: webhook, signature: slack, secret: ${secret} } }
  budget: { type: echo, budget: { tasks_per_hour: 1 }, trigger: { ${open}, webhook_input: { template: '{{ if .body.broken }}{{ index .body.list 9 }}{{ end }}' } } }
  broken: { type: echo, trigger: { ${open}, webhook_input: { template: '{{ index .body.list 9 }}' } } }
  elsewhere: { type: echo, trigger: { ${open}, allow_ips: [192.0.2.0/24] } }
  two: { type: echo, triggers: [{ ${open} }, { ${open}, id: other, methods: [PUT], input: fixed }] }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const hook = '/webhooks/signed';
    expect((await caller.post('/webhooks/nobody')).status).toBe(404);
    const wrongMethod = await caller.post(hook, '{}', json, 'PUT');
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
    const long = 'x'.repeat(2_000);
    expect((await caller.post(hook, long, json)).status).toBe(413);
    const refused = [
      await caller.post(hook, 'no json', json),
      await caller.post(hook, '{}', { ...json, 'x-hub-signature-256': 'sha256=00' }),
      await caller.post(hook, '{}', { ...json, 'x-hub-signature-256': sign('other') }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401]);
    const elsewhere = await caller.post('/webhooks/elsewhere');
    expect(elsewhere.status).toBe(403);
    expect(new Set([...refused, elsewhere].map(({ text }) => text)).size).toBe(1);
    expect((await caller.post(hook, '{', github('{', 'a'))).status).toBe(400);
    const off = '{"run":false}';
    const filtered = await caller.post(hook, off, github(off, 'b'));
    expect([filtered.status, filtered.body]).toEqual([200, { status: 'skipped', reason: 'filtered' }]);
    const run = '{"run":true}';
    const first = await caller.post(hook, run, github(run, 'c'));
    expect([first.status, first.body.result]).toEqual([200, run]);
    // A repeat comes before the rate, which has no token left.
    expect(await caller.post(hook, run, github(run, 'c'))).toMatchObject({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    const more = '{"run":true,"more":1}';
    const limited = await caller.post(hook, more, github(more, 'd'));
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect(await caller.skips('signed')).toEqual({ filtered: 1, duplicate: 1, rate_limited: 1 });

    const verify = '{"type":"url_verification","challenge":"the challenge"}';
    const time = String(Math.floor(new SystemClock().now() / 1_000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${time}:${verify}`).digest('hex')}`;
    const slack = { ...json, 'x-slack-request-timestamp': time, 'x-slack-signature': signature };
    expect(await caller.post('/webhooks/slack', verify, slack)).toMatchObject({
      status: 200,
      text: 'the challenge',
    });
    expect((await caller.post('/webhooks/slack', `${verify} `, slack)).status).toBe(401);
    expect(await caller.items('tasks?agent=slack')).toEqual([]);

    expect((await caller.post('/webhooks/budget')).status).toBe(200);
    // The limit comes before the template, which would fail.
    const spent = await caller.post('/webhooks/budget', '{"broken":true,"list":[]}');
    expect([spent.status, Number(spent.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(await caller.skips('budget')).toEqual({ budget: 1 });
    expect((await caller.post('/webhooks/broken', '{"list":[]}')).status).toBe(400);
    expect(await caller.items('tasks?agent=broken')).toEqual([]);
    expect((await caller.post('/webhooks/two', '1')).body.result).toBe('1');
    expect((await caller.post('/webhooks/two/other', '1', json, 'PUT')).body.result).toBe('fixed');
    await caller.api('triggers/two/other/pause', 'POST');
    const paused = await caller.post('/webhooks/two/other', '1', json, 'PUT');
    expect([paused.status, paused.headers.has('retry-after')]).toEqual([503, true]);
    expect(await caller.skips('two')).toEqual({ paused: 1 });
    expect(await program.stop()).toBe(0);
  });

  test('a full queue is told before a body is read or a signature checked', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      `
limits: { queue: 1 }
agents:
  busy: { type: command, ${waits}, concurrency: 1, trigger: { ${open}, response: { mode: async } } }
  signed: { type: echo, trigger: { type: webhook, secret: ${secret}, max_body: 1KiB } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    expect((await caller.post('/webhooks/busy')).status).toBe(202);
    await program.message('task started');
    expect((await caller.post('/webhooks/busy')).status).toBe(202);
    const full = await caller.post('/webhooks/busy');
    expect([full.status, full.headers.has('retry-after')]).toEqual([503, true]);
    expect((await caller.post('/webhooks/signed', 'x'.repeat(2_000))).status).toBe(503);
    writeFileSync(join(place.folder, 'go'), '');
    await expect.poll(async () => (await caller.post('/webhooks/signed')).status).toBe(401);
    expect(await program.stop()).toBe(0);
  });

  test('bodies of every kind reach the task as they came', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  plain: { type: echo, trigger: { ${open}, max_body: 64KiB } }
  reads: { type: echo, trigger: { ${open}, webhook_input: { template: '{{ .body.text }}|{{ .query.k }}|{{ .headers.x-some }}' } } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const body = '{ "n" : 12345678901234567890.10, "s":"\\u00e9 é" }\n';
    expect((await caller.post('/webhooks/plain', body)).body.result).toBe(body);
    const packed = { ...json, 'content-encoding': 'gzip' };
    expect((await caller.post('/webhooks/plain', new Uint8Array(gzipSync(body)), packed)).body.result).toBe(
      body,
    );
    const bomb = new Uint8Array(gzipSync(`"${'a'.repeat(1_000_000)}"`));
    expect((await caller.post('/webhooks/plain', bomb, packed)).status).toBe(413);
    const brotli = { ...json, 'content-encoding': 'br' };
    const [whole, cut] = [0, 5].map((missing) =>
      new Uint8Array(brotliCompressSync(body)).slice(0, -missing || undefined),
    );
    expect((await caller.post('/webhooks/plain', whole, brotli)).body.result).toBe(body);
    expect((await caller.post('/webhooks/plain', cut, brotli)).status).toBe(400);
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'X-Some': 'h' };
    expect((await caller.post('/webhooks/reads?k=1&k=2', 'text=a+b', form)).body.result).toBe('a b|1|h');
    const payload = `payload=${encodeURIComponent('{"text":"in the payload"}')}`;
    expect((await caller.post('/webhooks/reads?k=1', payload, form)).body.result).toBe('in the payload|1|h');
    expect(await program.stop()).toBe(0);
  });

  test('what has no key is like no other call that has none', async () => {
    const place = workspace();
    const key = (path: string) => `'{{ ${path} }}'`;
    const program = place.run(
      runtime,
      `
agents:
  once: { type: echo, trigger: { ${open}, dedupe: { key: ${key('.body.id')} } } }
  grouped: { type: command, ${waits}, concurrency: 2, trigger: { ${open}, concurrency_key: ${key('.body.repo')}, response: { mode: async } } }
  joined: { type: echo, trigger: { ${open}, coalesce: { key: ${key('.body.repo')}, window: 1h }, response: { mode: async } } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const answers = [];
    for (const body of [
      '{"n":1}',
      '{"n":2}',
      '{"id":null,"n":3}',
      '{"id":"","n":4}',
      '{"id":"\\ud800"}',
      '{"id":"\\ud801"}',
    ])
      answers.push((await caller.post('/webhooks/once', body)).body.result);
    expect(answers.map((text) => String(text).length > 0 && JSON.parse(String(text)).n)).toEqual([
      1,
      2,
      3,
      4,
      undefined,
      undefined,
    ]);
    for (const agent of ['grouped', 'joined']) {
      const ids = [
        await caller.post(`/webhooks/${agent}`, '{"n":1}'),
        await caller.post(`/webhooks/${agent}`, '{"n":2}'),
      ];
      expect(new Set(ids.map(({ body }) => body.task_id)).size).toBe(2);
    }
    await expect.poll(async () => (await caller.items('tasks?agent=grouped&status=running')).length).toBe(2);
    writeFileSync(join(place.folder, 'go'), '');
    expect(await program.stop()).toBe(0);
  });

  test('500 copies at once make one task and get its id; so do later copies, and those after a kill', async () => {
    const place = workspace();
    const text = `
agents:
  once: { type: echo, trigger: { type: webhook, signature: github, secret: ${secret}, response: { mode: async } } }
  fails: { type: command, command: [sh, -c, 'test -e works && cat'], trigger: { ${open} } }
  slow: { type: command, ${waits}, trigger: { ${open} } }
`;
    const program = place.run(runtime, text);
    const caller = new WebhookCaller(await program.ready(), place);
    const copies = await Promise.all(
      Array.from({ length: 500 }, () => caller.post('/webhooks/once', '{}', github('{}', 'one'))),
    );
    expect(new Set(copies.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(copies.map(({ body }) => body.task_id));
    expect(ids.size).toBe(1);
    expect(copies.filter(({ body }) => body.duplicate === true)).toHaveLength(499);
    // The id is not signed; the signature is what gives a replay away.
    const renamed = await caller.post('/webhooks/once', '{}', github('{}', 'another'));
    expect(ids.has(renamed.body.task_id)).toBe(true);
    expect(await caller.skips('once')).toEqual({ duplicate: 500 });

    const key = { ...json, 'idempotency-key': 'k' };
    const failed = await caller.post('/webhooks/fails', '{}', key);
    expect([failed.status, failed.body.status]).toEqual([500, 'failed']);
    writeFileSync(join(place.folder, 'works'), '');
    const again = await caller.post('/webhooks/fails', '{}', key);
    expect([again.status, again.body.duplicate]).toEqual([200, undefined]);
    expect(again.body.task_id).not.toBe(failed.body.task_id);

    const waiting = [caller.post('/webhooks/slow', '{}', key), caller.post('/webhooks/slow', '{}', key)];
    await expect.poll(() => caller.skips('slow')).toEqual({ duplicate: 1 });
    writeFileSync(join(place.folder, 'go'), '');
    const both = await Promise.all(waiting);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(both.map(({ body }) => body.task_id)).size).toBe(1);
    expect(both.filter(({ body }) => body.duplicate === true)).toHaveLength(1);

    await program.stop('SIGKILL');
    const second = place.run(runtime, text);
    const after = new WebhookCaller(await second.ready(), place);
    const late = await after.post('/webhooks/once', '{}', github('{}', 'one'));
    expect([late.body.duplicate, ids.has(late.body.task_id)]).toEqual([true, true]);
    expect(await after.items('tasks?agent=once')).toHaveLength(1);
    expect(await second.stop()).toBe(0);
  });

  test('late, asynchronous and coalesced calls, callbacks, and clients that hang up', async () => {
    await using receiver = await recordingServer();
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  late: { type: command, ${waits}, trigger: { ${open}, response: { timeout: 200ms } } }
  back: { type: echo, trigger: { ${open}, response: { mode: callback, callback_field: answer_to, callback_hosts: [127.0.0.1] } } }
  merged: { type: echo, trigger: { ${open}, response: { mode: async }, coalesce: { key: '{{ .body.k }}', window: 500ms }, webhook_input: { template: '{{ .body.n }} of {{ .count }}' } } }
  ordered: { type: command, command: [sh, -c, 'cat >> order; echo >> order'], trigger: { ${open}, concurrency_key: one, response: { mode: async } } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const late = await caller.post('/webhooks/late', '"late"');
    expect([late.status, late.body.status]).toEqual([504, 'timeout']);
    const hangUp = new AbortController();
    const left = fetch(`${caller.url}/webhooks/late`, {
      method: 'POST',
      body: '"left"',
      signal: hangUp.signal,
    });
    await expect.poll(async () => (await caller.items('tasks?agent=late')).length).toBe(2);
    hangUp.abort();
    await left.catch(() => {});
    writeFileSync(join(place.folder, 'go'), '');
    const link = late.headers.get('location') ?? '';
    await expect.poll(async () => (await caller.get(link)).body.result).toBe('"late"');
    await expect
      .poll(async () => (await caller.items('tasks?agent=late')).map(({ status }) => status))
      .toEqual(['completed', 'completed']);

    const calls = await Promise.all(
      Array.from({ length: 5 }, (_, n) => caller.post('/webhooks/merged', `{"k":"a","n":${n}}`)),
    );
    expect(new Set(calls.map(({ body }) => body.task_id)).size).toBe(1);
    const status = calls[0]?.headers.get('location') ?? '';
    await expect.poll(async () => (await caller.get(status)).body.result).toMatch(/^\d of 5$/);
    expect(await caller.skips('merged')).toEqual({ coalesced: 4 });

    for (let n = 0; n < 5; n += 1) await caller.post('/webhooks/ordered', String(n));
    await expect
      .poll(async () =>
        (await caller.items('tasks?agent=ordered&status=completed')).map(({ input }) => input),
      )
      .toEqual(['4', '3', '2', '1', '0']);
    expect(existsSync(join(place.folder, 'order'))).toBe(true);

    const forbidden = await caller.post('/webhooks/back', '{"answer_to":"http://localhost:1/"}');
    const missing = await caller.post('/webhooks/back', '{}');
    expect([forbidden.status, missing.status]).toEqual([400, 400]);
    const called = await caller.post('/webhooks/back', JSON.stringify({ answer_to: `${receiver.url}/here` }));
    expect(called.status).toBe(202);
    await receiver.waitFor(1);
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      status: 'completed',
      agent_name: 'back',
      task_id: called.body.task_id,
    });
    expect(await program.stop()).toBe(0);
  });
});
