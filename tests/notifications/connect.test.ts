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
