// What clients do on bare connections: slow, wrong, too much, or nothing at all; and a healthy one beside them.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type Program, type RuntimeUnderTest, runtimes } from '../support/program.ts';
import { workspaces } from '../support/workspaces.ts';

const config = `
agents:
  open: { type: echo, trigger: { type: webhook, auth: none } }
  signed: { type: echo, trigger: { type: webhook, signature: hex, secret: a secret } }
  near: { type: echo, trigger: { type: webhook, auth: none, allow_ips: [192.0.2.1] } }
`;

const workspace = workspaces();
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** The program, and a call of somebody who does no harm. */
async function started(runtime: RuntimeUnderTest) {
  const program = workspace().run(runtime, config);
  const url = await program.ready();
  const healthy = () => fetch(`${url}/webhooks/open`, { method: 'POST', body: '1' });
  return { program, port: Number(new URL(url).port), healthy };
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  // The server may close while we are still sending.
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** All that the server says to these parts, each sent in a packet of its own, until it closes. */
function talk(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = open(port);
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    socket.on('close', () => resolve(said));
    const send = () => {
      const part = parts.shift();
      if (part !== undefined && !socket.destroyed) socket.write(part, () => setImmediate(send));
    };
    send();
  });
}

/** All that the server says to `start` and then to single bytes of `rest`, four a second, until it closes. */
function drip(port: number, rest: string, start = ''): Promise<string> {
  return new Promise((resolve) => {
    const socket = open(port);
    let [said, sent] = ['', 0];
    socket.write(start);
    const timer = setInterval(() => {
      socket.write(rest.charAt(sent));
      sent += 1;
    }, 250);
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    socket.on('close', () => {
      clearInterval(timer);
      resolve(said);
    });
  });
}

const head = (path: string, ...headers: string[]) =>
  [`POST /webhooks/${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
const last = 'Connection: close';
const statuses = (said: string) =>
  [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

/** Resident memory of a process, in MiB. */
function memory(program: Program): number {
  const status = readFileSync(`/proc/${program.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

describe.each(runtimes)('under $name', (runtime) => {
  test('bare connections are answered or refused, and cost little', async () => {
    const { program, port, healthy } = await started(runtime);
    expect((await healthy()).status).toBe(200);
    const before = memory(program);

    const whole = head('open', 'Content-Length: 2', last);
    expect(statuses(await talk(port, ...whole, '4', '2'))).toEqual([200]);
    const expecting = head('open', 'Content-Length: 2', 'Expect: 100-continue', last);
    expect(statuses(await talk(port, expecting, '42'))).toEqual([100, 200]);

    // What is longer than announced is the next request, and no request at all.
    const longer = await talk(port, `${head('open', 'Content-Length: 2')}42 and more\r\n\r\n`);
    expect(statuses(longer).at(-1)).toBe(400);
    const shorter = open(port);
    shorter.end(`${head('open', 'Content-Length: 20')}42`);
    await new Promise((resolve) => shorter.resume().on('close', resolve));

    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'a'), Buffer.from('\r\n')]);
    const chunks = Array.from({ length: 16 }, () => chunk);
    const chunked = head('open', 'Content-Type: text/plain', 'Transfer-Encoding: chunked', last);
    expect(statuses(await talk(port, chunked, ...chunks, '0\r\n\r\n'))).toEqual([200]);
    expect(statuses(await talk(port, chunked, ...chunks, '1\r\na\r\n', '0\r\n\r\n'))).toEqual([413]);
    expect(statuses(await talk(port, head('open', 'Content-Length: 1048577', last)))).toEqual([413]);
    expect(statuses(await talk(port, head('open', `X-Long: ${'a'.repeat(20_480)}`)))).toEqual([431]);

    const pipelined = [1, 2, 3].map(
      (n) => `${head('open', 'Content-Length: 1', n === 3 ? last : 'X-A: b')}${n}`,
    );
    const answers = await talk(port, pipelined.join(''));
    expect([...answers.matchAll(/"result":"(\d)"/g)].map(([, result]) => result)).toEqual(['1', '2', '3']);

    const invalid = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const asJson = head('open', 'Content-Type: application/json', 'Content-Length: 4', last);
    expect(statuses(await talk(port, asJson, invalid))).toEqual([400]);

    const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20));
    const gzip = head('open', 'Content-Encoding: gzip', `Content-Length: ${bomb.length}`, last);
    const bombs = await Promise.all(Array.from({ length: 10 }, () => talk(port, gzip, bomb)));
    expect(bombs.map(statuses)).toEqual(Array(10).fill([413]));
    // Nothing is inflated for who has not signed.
    const unsigned = head('signed', 'Content-Encoding: gzip', `Content-Length: ${bomb.length}`, last);
    const wrong = createHmac('sha256', 'another').update(bomb).digest('hex');
    const forged = unsigned.replace('\r\n\r\n', `\r\nX-Webhook-Signature: ${wrong}\r\n\r\n`);
    expect(statuses(await talk(port, forged, bomb))).toEqual([401]);

    const lying = ['192.0.2.1', `${'192.0.2.1, '.repeat(500)}192.0.2.1`];
    for (const addresses of lying) {
      const request = head('near', `X-Forwarded-For: ${addresses}`, 'Content-Length: 2', last);
      expect(statuses(await talk(port, request, '{}'))).toEqual([403]);
    }
    expect(memory(program) - before).toBeLessThan(150);
    expect((await healthy()).status).toBe(200);
    expect(await program.stop()).toBe(0);
  });

  test('headers and bodies that drip are cut off, and a healthy client is served meanwhile', async () => {
    const { program, port, healthy } = await started(runtime);
    const dripping = Array.from({ length: 20 }, () => [
      drip(port, head('open', `X-Long: ${'a'.repeat(1_000)}`)),
      drip(port, 'b'.repeat(1_000), head('open', 'Content-Length: 1000')),
    ]).flat();
    let cut = 0;
    for (const one of dripping) void one.finally(() => (cut += 1));
    // It is served at every moment, until the last one is cut off.
    while (cut < dripping.length) expect((await healthy()).status).toBe(200);
    expect(new Set((await Promise.all(dripping)).map((said) => statuses(said)[0] ?? 'closed'))).toEqual(
      new Set([408]),
    );
    expect(await program.stop()).toBe(0);
  }, 90_000);

  test('2,000 idle connections are bounded in memory and keep nobody out', async () => {
    const { program, port, healthy } = await started(runtime);
    await healthy();
    const before = memory(program);
    await Promise.all(
      Array.from({ length: 2_000 }, async (_, index) => {
        const socket = open(port);
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        // Half of them begin a request.
        if (index % 2 === 0) socket.write('POST /webhooks/open HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1');
      }),
    );
    expect((await healthy()).status).toBe(200);
    expect(memory(program) - before).toBeLessThan(150);
    for (const socket of sockets.splice(0)) socket.destroy();
    expect((await healthy()).status).toBe(200);
    expect(await program.stop()).toBe(0);
  });
});
