import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Access } from '../../src/http/access/access.ts';
import {
  inspectProtocol,
  inspectSocketPath,
  serveInspectSocket,
  tokenProtocolPrefix,
} from '../../src/http/inspect-socket.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { closeServer, listen } from '../support/listen.ts';

const interval = 15_000;
const sockets: WebSocket[] = [];
const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const close of closings.splice(0)) await close();
});

/** The socket on a server of its own, with a feed that says nothing. */
async function served() {
  const clock = new FakeClock();
  const logged: string[] = [];
  const write = (message: string) => void logged.push(message);
  const log = { debug: write, info: write, warn: write, error: write };
  const access = new Access({ auth: () => undefined, token: () => 'token', clock, log });
  const server = createServer();
  const endAll = serveInspectSocket(server, {
    access,
    plan: () => ({ corsOrigins: [], tls: undefined }),
    feed: async () => ({ attach: () => () => {} }),
    clock,
  });
  const ends: Socket[] = [];
  server.on('connection', (socket) => ends.push(socket));
  const port = await listen(server);
  closings.push(async () => {
    endAll();
    await closeServer(server);
  });
  const connect = async (autoPong: boolean) => {
    const protocols = [inspectProtocol, `${tokenProtocolPrefix}token`];
    const socket = new WebSocket(`ws://127.0.0.1:${port}${inspectSocketPath}`, protocols, { autoPong });
    sockets.push(socket);
    let pings = 0;
    socket.on('ping', () => {
      pings += 1;
    });
    await once(socket, 'open');
    const end = ends.at(-1);
    return {
      state: () => socket.readyState,
      pings: () => pings,
      /** Bytes that the server has read of it. */
      received: () => end?.bytesRead ?? 0,
      close: () => socket.close(),
    };
  };
  return { clock, logged, connect };
}

test('a client that answers no ping is cut off, and one that does stays', async () => {
  const { clock, logged, connect } = await served();
  const lively = await connect(true);
  const gone = await connect(false);
  for (const round of [1, 2, 3]) {
    const before = lively.received();
    await clock.advance(interval);
    await expect.poll(lively.pings).toBe(round);
    // Its answer has come, and is all that it says.
    await expect.poll(lively.received).toBeGreaterThan(before);
    await expect.poll(gone.state).toBe(round === 1 ? WebSocket.OPEN : WebSocket.CLOSED);
    expect(gone.pings()).toBe(1);
  }
  expect(lively.state()).toBe(WebSocket.OPEN);
  lively.close();
  // Nothing more is waited for: neither the next ping nor the next look at the login.
  await expect.poll(() => clock.pending).toBe(0);
  expect(logged).toEqual([]);
});

test('clients that have vanished give back their places', async () => {
  const { clock, connect } = await served();
  const gone: Awaited<ReturnType<typeof connect>>[] = [];
  while (gone.length < 16) gone.push(await connect(false));
  await expect(connect(true)).rejects.toThrow('503');
  await clock.advance(2 * interval);
  await expect.poll(() => gone.filter(({ state }) => state() !== WebSocket.CLOSED)).toEqual([]);
  await connect(true);
});
