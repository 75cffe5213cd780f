import { expect, test } from 'vitest';
import { headerData } from '../../src/templates/data.ts';
import type { WebhookRequest } from '../../src/triggers/webhook-input.ts';
import { startedRuntime } from '../support/runtime.ts';

function request(id: string, body: unknown): WebhookRequest {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    method: 'POST',
    headers: headerData([
      ['webhook-id', id],
      ['content-type', 'application/json'],
    ]),
    query: new Map(),
    body: bytes,
    content: async () => bytes,
    from: () => '127.0.0.1',
  };
}

/** A runtime with one webhook, and how often the journal was asked for a repeat before the commit. */
async function listening(fields: string) {
  const asked: string[] = [];
  const { runtime } = await startedRuntime(
    `agents: { a: { type: echo, trigger: { type: webhook, id: hook, auth: none${fields} } } }`,
    {
      journal: (journal) => ({
        ...journal,
        findRepeat: (...args) => {
          asked.push(...args[2]);
          return journal.findRepeat(...args);
        },
      }),
    },
  );
  const call = (id: string, body: unknown) => runtime.call('a', 'hook', async () => request(id, body));
  return { runtime, asked, call };
}

test('a repeat is found by its commit, and the journal is asked once for each call', async () => {
  const { runtime, asked, call } = await listening('');
  const first = await call('m1', { go: true });
  const repeat = await call('m1', { go: true });
  expect(first).toMatchObject({ kind: 'accepted', duplicate: false });
  expect(repeat).toMatchObject({ kind: 'accepted', duplicate: true });
  if (first.kind === 'accepted' && repeat.kind === 'accepted') expect(repeat.taskId).toBe(first.taskId);
  expect(asked).toEqual([]);
  expect((await runtime.journal.listSkips({ limit: 10 })).items).toMatchObject([{ reason: 'duplicate' }]);
  await runtime.stop();
});

test.each([
  ['when', `, when: '{{ .body.go }}'`],
  ['webhook_input', `, webhook_input: { template: '{{ index .body.list 0 }}' }`],
  ['rate_limit', `, rate_limit: 1/min`],
])('a repeat has its first answer whatever %s would say to it now', async (_what, fields) => {
  const { runtime, call } = await listening(fields);
  expect(await call('m1', { go: true, list: [1] })).toMatchObject({ kind: 'accepted', duplicate: false });
  expect(await call('m1', { go: false, list: [] })).toMatchObject({
    kind: 'accepted',
    duplicate: true,
  });
  await runtime.stop();
});

test('a long key of a group or of calls that coalesce is kept as its hash', async () => {
  const { runtime, call } = await listening(
    `, concurrency_key: '{{ .body.key }}', coalesce: { window: 1s, key: '{{ .body.key }}' }, response: { mode: async }`,
  );
  const key = 'k'.repeat(100_000);
  const first = await call('m1', { key });
  const joined = await call('m2', { key });
  if (first.kind !== 'accepted' || joined.kind !== 'accepted') throw new Error('not accepted');
  expect(joined.taskId).toBe(first.taskId);
  expect((await runtime.journal.getTask(first.taskId))?.group?.length).toBeLessThan(100);
  await runtime.stop();
});
