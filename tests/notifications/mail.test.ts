import { createServer } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { type Clock, SystemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/redact.ts';
import { judge } from '../../src/notifications/outcome.ts';
import { renderBody } from '../../src/notifications/payload.ts';
import { createSender, type SendRequest } from '../../src/notifications/send.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { closeServer, listen } from '../support/listen.ts';
import { mailServer } from '../support/mail-server.ts';
import { eventData, notificationPlan } from './plans.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const email = {
  from: 'Callboard <bot@example.com>',
  to: ['a@example.com', 'b@example.com'],
  subject: undefined,
};
const body = renderBody(notificationPlan({ type: 'email', email }), eventData()).body;

async function serving(options?: SMTPServerOptions) {
  const server = await mailServer(options);
  cleanups.push(async () => server[Symbol.asyncDispose]());
  return server;
}

function sending(url: string, changes: Partial<SendRequest> = {}, clock: Clock = new SystemClock()) {
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const redactor = new Redactor();
  redactor.add(['hunter2']);
  const sender = createSender({ clock, redactor, lookup });
  cleanups.push(() => sender.close());
  const headers = { 'webhook-id': 'msg_1' };
  const signal = new AbortController().signal;
  return sender.send({ url, headers, body, timeout: 5_000, guard: 'none', signal, email, ...changes });
}

const answersOf: Readonly<Record<string, string>> = {
  greeting: '220 hello',
  EHLO: '250-here\r\n250 AUTH LOGIN',
  QUIT: '221 bye',
};

const circumstances = {
  attempt: 1,
  policy: { maxAttempts: 3, initialDelay: 1_000, maxDelay: 30_000 },
  now: 0,
  random: fakeRandom(),
};

test('an e-mail arrives as text and HTML, for everybody, with a Message-ID of its delivery', async () => {
  const server = await serving();
  const result = await sending(server.url);
  expect(result).toMatchObject({ kind: 'answer', protocol: 'smtp', status: 250 });
  expect(judge(result, circumstances)).toEqual({ outcome: 'delivered' });
  expect(server.received).toHaveLength(1);
  expect(server.received[0]?.to).toEqual(['a@example.com', 'b@example.com']);
  const text = server.received[0]?.text ?? '';
  expect(text).toContain('Subject: order-processor completed\r\n');
  expect(text).toContain('Message-ID: <msg_1@example.com>\r\n');
  expect(text).toContain('Content-Type: text/plain');
  expect(text).toContain('Content-Type: text/html');
  expect(text).toContain('Order processed successfully');
});

test.each([
  [451, 'backoff'],
  [421, 'backoff'],
  [550, 'dead'],
  [554, 'dead'],
])('an answer of %i leads to %s', async (responseCode, outcome) => {
  const server = await serving({
    onMailFrom: (_address, _session, callback) =>
      callback(Object.assign(new Error('not this time hunter2'), { responseCode })),
  });
  const result = await sending(server.url);
  expect(result).toMatchObject({ kind: 'answer', status: responseCode });
  expect(result).toMatchObject({ answer: expect.stringContaining('not this time [redacted]') });
  expect(judge(result, circumstances).outcome).toBe(outcome);
});

test.each([
  ['greets with 250', () => '250 hello'],
  ['takes no password', (line: string) => answersOf[line.split(' ')[0] ?? ''] ?? '235 in already'],
])('a server that speaks no SMTP (%s) is tried again, and has taken nothing', async (_what, say) => {
  const server = createServer((socket) => {
    socket.setEncoding('latin1').on('error', () => {});
    socket.write(`${say('greeting')}\r\n`);
    socket.on('data', (line) => socket.write(`${say(String(line).trim())}\r\n`));
  });
  const port = await listen(server);
  cleanups.push(() => closeServer(server));
  const result = await sending(`smtp://bot:word@127.0.0.1:${port}?ignoreTLS=true`);
  expect(result).toMatchObject({ kind: 'network' });
  expect(judge(result, circumstances).outcome).toBe('backoff');
});

test('a login that is refused is final', async () => {
  const server = await serving({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => callback(new Error('Invalid login')),
  });
  const result = await sending(server.url.replace('smtp://', 'smtp://bot:wrong@'));
  expect(result).toMatchObject({ kind: 'answer', status: 535 });
  expect(judge(result, circumstances).outcome).toBe('dead');
});

test('refused recipients among others do not send it twice to the others', async () => {
  const server = await serving({
    onRcptTo: ({ address }, _session, callback) =>
      callback(address.startsWith('a@') ? Object.assign(new Error('who?'), { responseCode: 550 }) : null),
  });
  expect(judge(await sending(server.url), circumstances)).toEqual({ outcome: 'delivered' });
  expect(server.received[0]?.to).toEqual(['b@example.com']);
});

test('a server that says nothing ends at the time-out', async () => {
  let connected = false;
  const server = await serving({
    onConnect: () => {
      connected = true;
    },
  });
  const clock = new FakeClock();
  const result = sending(server.url, { timeout: 15_000 }, clock);
  while (!connected) await clock.settle();
  await clock.advance(15_000);
  expect(await result).toEqual({
    kind: 'network',
    error: 'no whole answer within 15000 ms',
    durationMs: 15_000,
  });
});

test('the guard holds for mail servers', async () => {
  const server = await serving();
  for (const host of ['127.0.0.1', 'mail.example', '0x7f.1']) {
    const result = await sending(server.url.replace('127.0.0.1', host), { guard: 'public' });
    expect(result).toMatchObject({ kind: 'refused' });
  }
  expect(server.received).toHaveLength(0);
});

test('what is no e-mail is refused', async () => {
  expect(await sending('smtp://127.0.0.1:1', { body: '{}' })).toMatchObject({
    reason: 'the body is no e-mail',
  });
  expect(await sending('smtp://127.0.0.1:1', { email: undefined })).toMatchObject({ kind: 'refused' });
});
