// Every receiver that misbehaves against the real sender, on the runtime that runs this file: prints one line a
// check and exits 1 when one fails. Names resolve to loopback. `tls`, where the directory of a certificate for
// `right.example` is given, wants its authority to be trusted by the process.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import process from 'node:process';
import { SystemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/redact.ts';
import { createSender, type SendRequest, type SendResult } from '../../src/notifications/send.ts';
import { type Behaviour, hostileServer } from '../support/hostile-server.ts';
import { closeServer, listen } from '../support/listen.ts';
import { recordingServer } from '../support/recording-server.ts';

const clock = new SystemClock();
const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
const sender = createSender({ clock, redactor: new Redactor(), lookup });
const hostile = await hostileServer();
let failed = 0;

function check(name: string, held: boolean, found: unknown): void {
  if (!held) failed += 1;
  console.log(`${held ? 'ok  ' : 'FAIL'} ${name}: ${JSON.stringify(found).slice(0, 200)}`);
}

function send(url: string, changes: Partial<SendRequest> = {}): Promise<SendResult> {
  const signal = new AbortController().signal;
  return sender.send({ url, headers: {}, body: '{"a":1}', timeout: 500, guard: 'none', signal, ...changes });
}

const timesOut = (result: SendResult) =>
  result.kind === 'network' &&
  result.error.endsWith('no whole answer within 500 ms') &&
  result.durationMs >= 495 &&
  result.durationMs < 2_000;
const fails = (result: SendResult) => result.kind === 'network' && result.durationMs < 450;
const answers = (status: number, text: string) => (result: SendResult) =>
  result.kind === 'answer' && result.status === status && result.answer === text;

/** What an answer said before it broke off counts, where it is no success. */
const refuses = (status: number, text: string) => (result: SendResult) =>
  answers(status, text)(result) && result.kind === 'answer' && result.retryAfter === '7';

const expectations: Record<Behaviour, (result: SendResult) => boolean> = {
  ok: answers(200, 'ok'),
  'hang-before-headers': timesOut,
  'hang-inside-headers': timesOut,
  'hang-after-headers': timesOut,
  'drip-headers': timesOut,
  'drip-body': timesOut,
  'endless-body': answers(200, 'x'.repeat(2_048)),
  'endless-chunks': answers(200, 'x'.repeat(2_048)),
  'endless-headers': fails,
  'gzip-bomb': answers(200, '[gzip, 65536 bytes]'),
  'closed-before-headers': fails,
  'closed-half-way': fails,
  'reset-half-way': fails,
  'refusal-half-way': refuses(429, 'half'),
  'refusal-that-hangs': refuses(410, '[gzip, 4 bytes]'),
  'early-hints': answers(200, 'ok'),
  // undici takes a 100 that it did not ask for as an error.
  'unasked-continue': fails,
  'hints-for-ever': (result) => result.kind === 'network' && result.durationMs < 2_000,
  'switching-protocols': fails,
  'no-content-with-body': answers(204, ''),
  'invalid-header': fails,
  'no-http': fails,
  'two-lengths': fails,
  'not-utf8': answers(200, 'a\ufffd\ufffd\ufffd'),
};

function isBehaviour(name: string): name is Behaviour {
  return Object.hasOwn(expectations, name);
}

for (const behaviour of Object.keys(expectations).filter(isBehaviour)) {
  const result = await send(hostile.url(behaviour));
  check(behaviour, expectations[behaviour](result), result);
}

// Memory stays bounded, and so does what is taken of endless answers.
const before = process.memoryUsage().rss;
const sentBefore = hostile.sent;
const greedy: Behaviour[] = ['endless-body', 'endless-chunks', 'endless-headers', 'gzip-bomb'];
for (let round = 0; round < 10; round += 1) {
  await Promise.all(greedy.map((behaviour) => send(hostile.url(behaviour))));
}
const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
check('40 greedy answers leave memory as it was', grown < 100, { grownMiB: grown });
const sent = Math.round((hostile.sent - sentBefore) / 2 ** 20);
check('40 greedy answers were cut off', sent < 40 * 16, { sentMiB: sent });

// A slow receiver delays neither others nor itself: here they even share an origin.
const slow = Array.from({ length: 16 }, () => send(hostile.url('hang-before-headers'), { timeout: 2_000 }));
const started = clock.monotonic();
for (let count = 0; count < 50; count += 1) await send(hostile.url('ok'));
const pace = Math.round(clock.monotonic() - started);
check('50 requests beside 16 that hang', pace < 1_500, { ms: pace });
await Promise.all(slow);

// Nowhere else than where it was told.
{
  await using inner = await recordingServer();
  await using outer = await recordingServer(() => ({ status: 301, headers: { location: inner.url } }));
  const result = await send(outer.url);
  const held = result.kind === 'answer' && result.status === 301 && inner.requests.length === 0;
  check('a redirect to a private address is not followed', held, result);
  const spellings = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0177.1',
    '127.0.0.1.',
  ];
  const names = ['[::ffff:127.0.0.1]', '[::1]', 'localhost', 'rebound.example'];
  for (const host of [...spellings, ...names]) {
    const refused = await send(`http://${host}:${inner.port}/`, { guard: 'public' });
    check(`${host} is refused`, refused.kind === 'refused' && inner.requests.length === 0, refused);
  }
  const free = await send(`http://rebound.example:${inner.port}/`);
  check(
    'the same name without the guard is reached',
    free.kind === 'answer' && inner.requests.length === 1,
    free,
  );
}

// Certificates are checked, and against the name.
const [, , certificates] = process.argv;
if (certificates !== undefined) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => readFileSync(join(certificates, file)));
  const server = createServer({ key, cert }, (_request, response) => response.end('secure'));
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  const right = await send(`https://right.example:${port}/`);
  check('a certificate of the right name', answers(200, 'secure')(right), right);
  const wrong = await send(`https://wrong.example:${port}/`);
  check('a certificate of another name', wrong.kind === 'network', wrong);
  server.closeAllConnections();
  await sender.close();
  await closeServer(server);
}

await sender.close();
await hostile[Symbol.asyncDispose]();
console.log(failed === 0 ? 'all held' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
