import { expect, test } from 'vitest';
import type { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redact.ts';
import { otlpTarget } from '../../src/observability/otlp-target.ts';
import { startTracing } from '../../src/observability/tracing.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { receivedSpans, spanNamed } from '../support/otlp-receiver.ts';
import { recordingServer } from '../support/recording-server.ts';

const remote = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function traced(endpoint: string, secrets: readonly string[] = []) {
  const clock = new FakeClock();
  const redactor = new Redactor();
  redactor.add(secrets);
  const logged: string[] = [];
  const note = (message: string, fields?: Record<string, unknown>) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  return { clock, logged, tracing: startTracing({ endpoint, clock, random: fakeRandom(), log, redactor }) };
}

test('spans hang from what started them, and take as long as the clock says', async () => {
  await using receiver = await recordingServer();
  const { tracing, clock } = traced(receiver.url);
  const call = tracing.start('call', { kind: 'server', parent: remote, attributes: { a: 1, b: undefined } });
  await clock.advance(20);
  const work = tracing.start('work', { parent: call.traceparent });
  await clock.advance(30);
  // The wall clock is set back meanwhile: that is no time.
  clock.setWall('2020-01-01T00:00:00Z');
  work.set({ 'callboard.outcome': 'failed' });
  work.end('it broke');
  work.end();
  call.end();
  tracing.start('never ended');
  await tracing.close();

  const spans = receivedSpans(receiver.requests);
  expect(receiver.requests[0]).toMatchObject({ path: '/v1/traces', method: 'POST' });
  expect(spans).toHaveLength(2);
  const [traceId, parent] = remote.split('-').slice(1);
  const server = spanNamed(spans, 'call');
  expect(server).toMatchObject({
    traceId,
    parent,
    kind: 2,
    took: 50,
    error: undefined,
    attributes: { a: 1 },
  });
  expect(call.traceparent).toBe(`00-${traceId}-${server.spanId}-01`);
  expect(spanNamed(spans, 'work')).toMatchObject({
    traceId,
    parent: server.spanId,
    kind: 1,
    took: 30,
    error: 'it broke',
    attributes: { 'callboard.outcome': 'failed' },
    service: 'callboard',
  });
});

test.each([
  undefined,
  '',
  'nonsense',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  `${remote}extra`,
])('a parent that cannot be read starts a trace of its own: %s', async (parent) => {
  await using receiver = await recordingServer();
  const { tracing } = traced(receiver.url);
  tracing.start('root', { parent }).end();
  await tracing.close();
  const [span] = receivedSpans(receiver.requests);
  expect(span?.parent).toBeUndefined();
  expect(span?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
});

test('what its sender does not sample is passed on, and not recorded', async () => {
  await using receiver = await recordingServer();
  const { tracing } = traced(receiver.url);
  const span = tracing.start('call', { parent: remote.replace(/01$/, '00') });
  span.end();
  await tracing.close();
  expect(span.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
  expect(receiver.requests).toEqual([]);
});

test('secrets are in no span', async () => {
  await using receiver = await recordingServer();
  const secret = 'planted-secret-0123456789';
  const { tracing } = traced(receiver.url, [secret]);
  const span = tracing.start(`POST /hooks/${secret}`, { attributes: { 'http.route': `/hooks/${secret}` } });
  span.set({ more: `x${secret}y` });
  span.end(`could not use ${secret}`);
  await tracing.close();
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]?.body).not.toContain(secret);
  expect(receiver.requests[0]?.body).toContain('[redacted]');
});

test('a receiver that refuses is told of once, and so is its return', async () => {
  let status = 400;
  await using receiver = await recordingServer(() => ({ status }));
  const { tracing, logged } = traced(receiver.url);
  const send = async () => {
    tracing.start('span').end();
    await tracing.flush();
  };
  await send();
  await send();
  expect(logged).toEqual([expect.stringContaining('traces cannot be sent')]);
  status = 200;
  await send();
  expect(logged.slice(1)).toEqual([expect.stringContaining('traces are sent again')]);
  await tracing.close();
});

test('closing does not wait for a receiver that hangs', async () => {
  await using receiver = await recordingServer(() => new Promise(() => {}));
  const { tracing, clock } = traced(receiver.url);
  tracing.start('span').end();
  const closed = tracing.close();
  await receiver.waitFor(1);
  await clock.advance(3_000);
  await closed;
});

test.each([
  ['http://localhost:4318', 'http://localhost:4318/v1/traces', undefined],
  ['http://localhost:4318/', 'http://localhost:4318/v1/traces', undefined],
  ['https://gateway.example/otlp', 'https://gateway.example/otlp/v1/traces', undefined],
  ['https://a.example/v1/traces', 'https://a.example/v1/traces', undefined],
  ['https://me:p%40ss@a.example/', 'https://a.example/v1/traces', `Basic ${btoa('me:p@ss')}`],
  ['https://me:100%@a.example/', 'https://a.example/v1/traces', `Basic ${btoa('me:100%')}`],
])('%s is posted to at %s', (endpoint, url, authorization) => {
  expect(otlpTarget(endpoint)).toEqual({
    url,
    headers: authorization === undefined ? {} : { authorization },
  });
});
