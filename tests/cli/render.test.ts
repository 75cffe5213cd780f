import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { FakeClock } from '../support/fake-clock.ts';

const config = `
agents:
  orders:
    type: echo
    triggers:
      - id: shop
        type: webhook
        auth: none
        webhook_input:
          extract_fields: [{ path: .body.items.0.sku, as: sku }]
          template: "{{ .headers.X-Topic }} {{ .body.id }} {{ .fields.sku }} {{ .query.page }}"
      - { id: nightly, type: schedule, cron: "0 2 * * *", input: "night of {{ .scheduled_at }}" }
    notifications:
      - id: chat
        url: http://127.0.0.1:1/
        events: [task.failed]
        payload: { template: '{ "text": "Error: {{ .Error }}" }' }
      - { id: broken, url: "http://127.0.0.1:1/", events: [task.failed], payload: { template: '{ "n": {{ .Error }} }' } }
  calls:
    type: echo
    triggers:
      - { id: query, type: webhook, path: /q, auth: none, webhook_input: { template: "[{{ .query.page }}] {{ toJson .query }}" } }
      - { id: header, type: webhook, path: /h, auth: none, webhook_input: { template: "[{{ .headers.X-Topic }}]" } }
      - { id: wanted, type: webhook, path: /w, auth: none, input: told, when: " {{ eq .query.action \\"opened\\" }} " }
      - { id: wrong, type: webhook, path: /x, auth: none, input: told, when: "{{ b64dec .query.action }}" }
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-render-'));
  writeFileSync(join(folder, 'callboard.yaml'), config);
  writeFileSync(join(folder, 'order.json'), '{"id":12345678901234567890,"items":[{"sku":"A-1"}]}');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function render(...args: string[]) {
  let out = '';
  let err = '';
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env: {},
    cwd: folder,
    isTerminal: false,
    clock: new FakeClock('2026-01-01T00:00:00Z'),
  };
  const code = await main(['render', 'callboard.yaml', ...args], io, () => ({
    stopAsked: new Promise(() => {}),
    onReload: () => {},
  }));
  return { code, out, err };
}

test('prints what the agent would be told of a call, and nothing else', async () => {
  const call = ['--payload', 'order.json', '--header', 'X-Topic: orders/create', '--query', 'page=2'];
  expect(await render('--agent', 'orders', '--trigger', 'shop', ...call)).toEqual({
    code: 0,
    out: 'orders/create 12345678901234567890 A-1 2',
    err: '',
  });
});

test('of a name the first value counts and keeps its spaces, as in a query that is sent', async () => {
  const query = ['page= 2 ', 'a=', 'page=3', 'b=x=y'].flatMap((pair) => ['--query', pair]);
  const { out } = await render('--agent', 'calls', '--trigger', 'query', ...query);
  expect(out).toBe('[ 2 ] {"page":" 2 ","a":"","b":"x=y"}');
});

test('headers of one name are joined, without what HTTP trims', async () => {
  const headers = ['X-Topic :\t a\u00a0 ', 'x-topic:b'].flatMap((header) => ['--header', header]);
  const { out } = await render('--agent', 'calls', '--trigger', 'header', ...headers);
  expect(out).toBe('[a\u00a0, b]');
});

test('says of a call that `when` would hold back that it would, and renders it all the same', async () => {
  const call = (trigger: string, action: string) =>
    render('--agent', 'calls', '--trigger', trigger, '--query', `action=${action}`);
  expect(await call('wanted', 'opened')).toEqual({ code: 0, out: 'told', err: '' });
  expect(await call('wanted', 'closed')).toEqual({
    code: 0,
    out: 'told',
    err: 'callboard: trigger "wanted" would not run for this call: when is not true\n',
  });
  expect(await call('wrong', '!')).toEqual({
    code: 0,
    out: 'told',
    err: expect.stringContaining(
      'trigger "wrong" would not run for this call: the template of when failed: ',
    ),
  });
});

test('prints what a schedule would say now', async () => {
  const { out } = await render('--agent', 'orders', '--trigger', 'nightly');
  expect(out).toBe('night of 2026-01-01T00:00:00Z');
});

test('prints what a notification would send, escaped into its JSON', async () => {
  const { code, out } = await render(
    '--agent',
    'orders',
    '--notification',
    'chat',
    '--data',
    '{"error":"a \\"b\\"\\nc"}',
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ text: 'Error: a "b"\nc' });
});

test('a payload is for the only webhook, where the agent has other triggers too', async () => {
  const told = await render('--agent', 'orders', '--payload', 'order.json', '--header', 'X-Topic: x');
  expect(told).toMatchObject({ code: 0, out: expect.stringContaining('12345678901234567890 A-1') });
});

test.each([
  ['an unknown agent', ['--agent', 'order'], 'there is no agent "order"; the agents are orders, calls'],
  [
    'several triggers',
    ['--agent', 'orders'],
    'has several triggers: name one with --trigger; the triggers are shop, nightly',
  ],
  [
    'an unknown notification',
    ['--agent', 'orders', '--notification', 'x'],
    'the notifications are chat, broken',
  ],
  [
    'a payload that is no JSON',
    ['--agent', 'orders', '--trigger', 'shop', '--payload', 'callboard.yaml'],
    'JSON',
  ],
  [
    'data that is no JSON',
    ['--agent', 'orders', '--notification', 'chat', '--data', '{'],
    '--data is no JSON',
  ],
  [
    'a payload for a notification',
    ['--agent', 'orders', '--notification', 'chat', '--payload', 'callboard.yaml'],
    '--payload means nothing with --notification',
  ],
  [
    'an event for an input',
    ['--agent', 'orders', '--trigger', 'shop', '--event', 'task.completed'],
    '--event means nothing with the input of an agent',
  ],
  [
    'a payload for a schedule',
    ['--agent', 'orders', '--trigger', 'nightly', '--payload', 'callboard.yaml'],
    'trigger "nightly" is a schedule, which has no payload',
  ],
  [
    'a value that would break the body',
    ['--agent', 'orders', '--notification', 'broken', '--data', '{"error":"1, \\"x\\": 2"}'],
    'line 1',
  ],
])('%s exits 2 with nothing on standard output', async (_what, args, message) => {
  const { code, out, err } = await render(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});
