// Receivers that misbehave, each under a path of its own. Plain sockets, so that nothing tidies up what they send;
// runs under Node and Deno.
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { SystemClock } from '../../src/core/clock.ts';
import { closeServer, listen } from './listen.ts';

const clock = new SystemClock();
const head = 'HTTP/1.1 200 OK\r\n';
const block = Buffer.alloc(65_536, 'x');
/** A hundred megabytes of zeros. */
const bomb = gzipSync(Buffer.alloc(100_000_000), { level: 9 });

/** Calls `write` again and again, as fast as the other side takes it, until the connection is gone. */
function flood(socket: Socket, write: () => boolean): void {
  const pump = () => {
    while (!socket.destroyed && write());
  };
  socket.on('drain', pump);
  pump();
}

function drip(socket: Socket, text: string): void {
  let at = 0;
  const next = () => {
    if (socket.destroyed) return;
    socket.write(text[at % text.length] ?? '');
    at += 1;
    clock.setTimeout(next, 20);
  };
  next();
}

const behaviours = {
  ok: (socket) => socket.write(`${head}content-length: 2\r\n\r\nok`),
  'hang-before-headers': () => {},
  'hang-inside-headers': (socket) => socket.write(`${head}content-le`),
  'hang-after-headers': (socket) => socket.write(`${head}content-length: 10\r\n\r\n`),
  'drip-headers': (socket) => drip(socket, `${head}x-slow: ${'x'.repeat(10_000)}`),
  'drip-body': (socket) => {
    socket.write(`${head}content-length: 10000\r\n\r\n`);
    drip(socket, 'x');
  },
  'endless-body': (socket) => {
    socket.write(`${head}content-length: 10000000000\r\n\r\n`);
    flood(socket, () => socket.write(block));
  },
  'endless-chunks': (socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    flood(socket, () => socket.write(Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')])));
  },
  'endless-headers': (socket) => {
    socket.write(head);
    flood(socket, () => socket.write(`x-${'y'.repeat(200)}: ${'z'.repeat(2_000)}\r\n`));
  },
  'gzip-bomb': (socket) => {
    socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  },
  'closed-before-headers': (socket) => socket.end(),
  'closed-half-way': (socket) => socket.end(`${head}content-length: 100\r\n\r\nhalf`),
  'reset-half-way': (socket) => {
    socket.write(`${head}content-length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy());
  },
  'refusal-half-way': (socket) =>
    socket.end('HTTP/1.1 429 Slow Down\r\nretry-after: 7\r\ncontent-length: 100\r\n\r\nhalf'),
  'refusal-that-hangs': (socket) =>
    socket.write(
      'HTTP/1.1 410 Gone\r\nretry-after: 7\r\ncontent-encoding: gzip\r\ncontent-length: 100\r\n\r\nhalf',
    ),
  'early-hints': (socket) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${head}content-length: 2\r\n\r\nok`),
  'unasked-continue': (socket) =>
    socket.write(`HTTP/1.1 100 Continue\r\n\r\n${head}content-length: 2\r\n\r\nok`),
  'hints-for-ever': (socket) => flood(socket, () => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')),
  'switching-protocols': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  'no-content-with-body': (socket) =>
    socket.write('HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello'),
  'invalid-header': (socket) =>
    socket.write(`${head}bad header\u0000: \u0001\r\ncontent-length: 2\r\n\r\nok`),
  'no-http': (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
  'two-lengths': (socket) => socket.write(`${head}content-length: 2\r\ncontent-length: 3\r\n\r\nok!`),
  'not-utf8': (socket) =>
    socket.write(Buffer.from(`${head}content-length: 4\r\n\r\na\u00ff\u00fe\u0000`, 'latin1')),
} satisfies Record<string, (socket: Socket) => unknown>;

export type Behaviour = keyof typeof behaviours;

export interface HostileServer extends AsyncDisposable {
  url(behaviour: Behaviour): string;
  /** Connections that are open now. */
  readonly open: number;
  /** Bytes that were sent to connections which are closed. */
  readonly sent: number;
}

function isBehaviour(name: string): name is Behaviour {
  return Object.hasOwn(behaviours, name);
}

export async function hostileServer(): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sent += socket.bytesWritten;
      sockets.delete(socket);
    });
    let request = '';
    socket.on('data', (data) => {
      request += data.toString('latin1');
      const [, name = '', length = '0'] = /^POST \/(\S+) .*content-length: (\d+)/is.exec(request) ?? [];
      const body = request.indexOf('\r\n\r\n') + 4;
      if (body < 4 || request.length < body + Number(length) || !isBehaviour(name)) return;
      request = '';
      behaviours[name](socket);
    });
  });
  const port = await listen(server);
  return {
    url: (behaviour) => `http://127.0.0.1:${port}/${behaviour}`,
    get open() {
      return sockets.size;
    },
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await closeServer(server);
    },
  };
}
