import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/redact.ts';
import type { ResolvedAddress } from '../../src/notifications/connect.ts';
import { createSender, type Sender, type SendRequest } from '../../src/notifications/send.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { hostileServer } from '../support/hostile-server.ts';
import { recordingServer } from '../support/recording-server.ts';

const senders: Sender[] = [];
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()));
});

function sender(changes: Partial<Parameters<typeof createSender>[0]> = {}): Sender {
  const made = createSender({ clock: new SystemClock(), redactor: new Redactor(), ...changes });
  senders.push(made);
  return made;
}

function request(url: string, changes: Partial<SendRequest> = {}): SendRequest {
  const signal = new AbortController().signal;
  return { url, headers: {}, body: '{}', timeout: 5_000, guard: 'none', signal, ...changes };
}

test('a request arrives as it was given, and its answer comes back', async () => {
  await using server = await recordingServer(() => ({
    status: 429,
    headers: { 'retry-after': '7' },
    body: 'not now',
  }));
  const result = await sender().send(
    request(`${server.url}/a?b=c`, { headers: { 'X-One': 'ä' }, body: '{"a":"ä"}' }),
  );
  expect(result).toMatchObject({
    kind: 'answer',
    protocol: 'http',
    status: 429,
    retryAfter: '7',
    answer: 'not now',
  });
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/a?b=c', body: '{"a":"ä"}' });
  expect(server.requests[0]?.headers['x-one']).toBe('ä');
});

test('credentials of the URL go out as Basic, unless Authorization is given', async () => {
  await using server = await recordingServer();
  const url = server.url.replace('http://', 'http://us%20er:p%40ss:%C3%A4@');
  await sender().send(request(url));
  await sender().send(request(url, { headers: { authorization: 'Bearer x' } }));
  const [basic, bearer] = server.requests.map(({ headers }) => headers.authorization);
  expect(Buffer.from(basic?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('us er:p@ss:ä');
  expect(bearer).toBe('Bearer x');
});

test('redirects are not followed', async () => {
  await using server = await recordingServer(({ path }) =>
    path === '/' ? { status: 307, headers: { location: '/other' } } : { status: 200 },
  );
  expect(await sender().send(request(server.url))).toMatchObject({ kind: 'answer', status: 307 });
  expect(server.requests).toHaveLength(1);
});

test('of an answer 2 KiB are kept, redacted before they are cut', async () => {
  const secret = 's3cret-value';
  const body = `${'ä'.repeat(1_020)}${secret}${'x'.repeat(200_000)}`;
  await using server = await recordingServer(() => ({ status: 200, body }));
  const redactor = new Redactor();
  redactor.add([secret]);
  const result = await sender({ redactor }).send(request(server.url));
  expect(result).toMatchObject({ kind: 'answer', answer: `${'ä'.repeat(1_020)}[redacte` });
});

test('the time-out is the clock’s and ends the exchange at that very time', async () => {
  await using server = await hostileServer();
  const clock = new FakeClock();
  const sending = sender({ clock }).send(request(server.url('hang-before-headers'), { timeout: 15_000 }));
  while (server.open === 0) await clock.settle();
  await clock.advance(14_999);
  expect(server.open).toBe(1);
  await clock.advance(1);
  expect(await sending).toEqual({
    kind: 'network',
    error: 'no whole answer within 15000 ms',
    durationMs: 15_000,
  });
  expect(clock.pending).toBe(0);
});

test('an abort from outside rejects with its reason', async () => {
  await using server = await hostileServer();
  const controller = new AbortController();
  const clock = new FakeClock();
  const sending = sender({ clock }).send(
    request(server.url('hang-after-headers'), { signal: controller.signal }),
  );
  const rejection = expect(sending).rejects.toThrow('stopping');
  while (server.open === 0) await clock.settle();
  controller.abort(new Error('stopping'));
  await rejection;
  expect(clock.pending).toBe(0);
  await expect(sender().send(request(server.url('ok'), { signal: controller.signal }))).rejects.toThrow(
    'stopping',
  );
});

describe('a look-up without an answer', () => {
  const silent = () => new Promise<never>(() => {});
  const mail = { from: 'a@example.com', to: ['b@example.com'] };
  const body = JSON.stringify({ subject: 'x', text: 'x', html: 'x' });

  test.each([
    ['http://nowhere.test/', {}],
    ['smtp://nowhere.test/', { guard: 'public', email: mail, body }],
  ] as const)('keeps %s no longer than its time-out, or a stop, allows', async (url, changes) => {
    const clock = new FakeClock();
    const made = sender({ clock, lookup: silent });
    const timedOut = made.send(request(url, { timeout: 2_000, ...changes }));
    await clock.advance(2_000);
    expect(await timedOut).toMatchObject({ kind: 'network', error: 'no whole answer within 2000 ms' });
    const controller = new AbortController();
    const stopped = expect(
      made.send(request(url, { signal: controller.signal, ...changes })),
    ).rejects.toThrow('stopping');
    controller.abort(new Error('stopping'));
    await clock.settle();
    await stopped;
    expect(clock.pending).toBe(0);
  });

  test('that comes after all sends nothing of what was given up', async () => {
    await using server = await recordingServer();
    let find: (addresses: readonly ResolvedAddress[]) => void = () => {};
    const found = new Promise<readonly ResolvedAddress[]>((resolve) => {
      find = resolve;
    });
    const clock = new FakeClock();
    const made = sender({ clock, lookup: () => found });
    const url = server.url.replace('127.0.0.1', 'late.test');
    const late = made.send(request(`${url}/late`, { timeout: 2_000 }));
    await clock.advance(2_000);
    expect(await late).toMatchObject({ kind: 'network' });
    find([{ address: '127.0.0.1', family: 4 }]);
    // By the connection that the first one asked for.
    expect(await made.send(request(`${url}/next`))).toMatchObject({ kind: 'answer', status: 200 });
    expect(server.requests.map(({ path }) => path)).toEqual(['/next']);
  });
});

test.each([
  ['a line break in a value', { 'x-a': 'a\r\nx-b: c' }],
  ['a character above U+00FF, which would be cut to a line break', { 'x-a': 'a\u010ab' }],
  ['a name that is no token', { 'x a': 'b' }],
  ['a length that is not the body’s', { 'content-length': '7' }],
  ['an expectation', { expect: '100-continue' }],
  ['a transfer coding', { 'transfer-encoding': 'chunked' }],
])('%s among the headers is refused and nothing is sent', async (_, headers) => {
  await using server = await recordingServer();
  const result = await sender().send(request(server.url, { headers }));
  expect(result).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('the request cannot be sent'),
  });
  expect(server.requests).toHaveLength(0);
});

test.each([
  ['ftp://127.0.0.1/', 'the URL has the scheme ftp: instead of http:, https:, smtp: or smtps:'],
  ['no url user:secret@', 'the URL cannot be parsed'],
])('%s is refused', async (url, reason) => {
  expect(await sender().send(request(url))).toMatchObject({ kind: 'refused', reason });
});

test('nobody listening and a name without an address are network failures', async () => {
  const lookup = async () => {
    throw new Error('getaddrinfo ENOTFOUND nowhere.test');
  };
  const closed = await recordingServer();
  await closed[Symbol.asyncDispose]();
  expect(await sender().send(request(closed.url))).toMatchObject({
    kind: 'network',
    error: expect.stringContaining('ECONNREFUSED'),
  });
  expect(await sender({ lookup }).send(request('http://nowhere.test/'))).toMatchObject({
    kind: 'network',
    error: 'getaddrinfo ENOTFOUND nowhere.test',
  });
});
