import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect, test } from 'vitest';
import { SystemClock } from '../../src/core/clock.ts';
import { Redactor } from '../../src/core/redact.ts';
import { createConnector, type ResolvedAddress, toNodeLookup } from '../../src/notifications/connect.ts';
import { createSender } from '../../src/notifications/send.ts';
import { recordingServer } from '../support/recording-server.ts';

const loopback = { address: '127.0.0.1', family: 4 };
const publicAddress = { address: '9.9.9.9', family: 4 };

async function sendGuarded(url: string, lookup: (name: string) => Promise<readonly ResolvedAddress[]>) {
  const sender = createSender({ clock: new SystemClock(), redactor: new Redactor(), lookup });
  const signal = new AbortController().signal;
  try {
    return await sender.send({ url, headers: {}, body: '{}', timeout: 5_000, guard: 'public', signal });
  } finally {
    await sender.close();
  }
}

test('a name that resolves to a private address is refused, and nothing arrives', async () => {
  await using server = await recordingServer();
  const result = await sendGuarded(`http://rebound.example:${server.port}/`, async () => [loopback]);
  expect(result).toMatchObject({
    kind: 'refused',
    reason: 'rebound.example resolves to 127.0.0.1, which is no public address (loopback)',
  });
  expect(server.requests).toHaveLength(0);
});

test('one private address among several is enough', async () => {
  await using server = await recordingServer();
  const result = await sendGuarded(`http://mixed.example:${server.port}/`, async () => [
    publicAddress,
    loopback,
  ]);
  expect(result).toMatchObject({ kind: 'refused' });
});

test('without the guard the same name is reached', async () => {
  await using server = await recordingServer();
  const sender = createSender({
    clock: new SystemClock(),
    redactor: new Redactor(),
    lookup: async () => [loopback],
  });
  const url = `http://rebound.example:${server.port}/`;
  const signal = new AbortController().signal;
  const result = await sender.send({ url, headers: {}, body: '{}', timeout: 5_000, guard: 'none', signal });
  await sender.close();
  expect(result).toMatchObject({ kind: 'answer', status: 200 });
  expect(server.requests[0]?.headers.host).toBe(`rebound.example:${server.port}`);
});

test('an address that answers late is not given up for one that nobody listens at', async () => {
  const program =
    "const s = require('net').createServer((c) => c.end('HTTP/1.1 204 No Content\\r\\n\\r\\n')); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))";
  const receiver = spawn(process.execPath, ['-e', program]);
  const [line] = await once(receiver.stdout, 'data');
  const port = Number(String(line));
  // Stopped, and with its queue full: what connects now is let in when the system asks again, after a second.
  receiver.kill('SIGSTOP');
  let connected = 0;
  const queue = Array.from({ length: 6 }, () =>
    connectSocket(port, '127.0.0.1')
      .on('connect', () => {
        connected += 1;
      })
      .on('error', () => {}),
  );
  await expect.poll(() => connected).toBeGreaterThan(0);
  let asked = 0;
  const lookup = async () => {
    asked += 1;
    return [loopback, { address: '::1', family: 6 }];
  };
  const sender = createSender({ clock: new SystemClock(), redactor: new Redactor(), lookup });
  const signal = new AbortController().signal;
  const url = `http://late.example:${port}/`;
  const sending = sender.send({ url, headers: {}, body: '{}', timeout: 9_000, guard: 'none', signal });
  await expect.poll(() => asked).toBe(1);
  receiver.kill('SIGCONT');
  expect(await sending).toMatchObject({ kind: 'answer', status: 204 });
  for (const socket of queue) socket.destroy();
  await sender.close();
  receiver.kill('SIGKILL');
}, 20_000);

test('the addresses that were checked are the ones handed to the socket, by one look-up', async () => {
  let asked = 0;
  const answers = [[publicAddress], [loopback]];
  const lookup = toNodeLookup('public', async () => answers[asked++] ?? []);
  const given = await new Promise((resolve, reject) => {
    lookup('changing.example', { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
  expect(given).toEqual([publicAddress]);
  expect(asked).toBe(1);
});

test('a socket that went elsewhere in spite of the look-up is dropped before anything is sent', async () => {
  await using server = await recordingServer();
  const connect = createConnector('public', async () => [publicAddress]);
  const options = { hostname: '127.0.0.1', protocol: 'http:', port: String(server.port) };
  const error = await new Promise<Error | null>((resolve) =>
    connect(options, (...[failure]) => resolve(failure)),
  );
  expect(error?.message).toBe('127.0.0.1 led to 127.0.0.1, which is no public address (loopback)');
});
