// The inspector's live feed: a WebSocket at /inspect/socket on the server that is there already, behind the token.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../core/clock.ts';
import { percentDecoded } from '../core/percent.ts';
import type { ServerPlan } from '../plan/plan.ts';
import type { Access, Verdict } from './access/access.ts';
import { type Credentials, credentialsOf } from './access/credentials.ts';
import { isForeign } from './origin.ts';

/** Where the frames come from. */
export interface InspectFeed {
  attach(onlooker: { send(frame: string, sent: () => void): void; readonly waiting: number }): () => void;
}

/** The path of the socket. */
export const inspectSocketPath = '/inspect/socket';
/** The protocol that the server speaks. A page adds the token as a second one, since it cannot set headers. */
export const inspectProtocol = 'callboard.inspect';
/** What stands before the token in the second protocol; there the token is percent-encoded, parentheses too. */
export const tokenProtocolPrefix = 'callboard.token.';

const mostOnlookers = 16;
/** How often an onlooker is asked whether it is still there, in milliseconds. */
const pingInterval = 15_000;

export interface InspectSocketOptions {
  readonly access: Access;
  /** As it is in force. */
  readonly plan: () => Pick<ServerPlan, 'corsOrigins' | 'tls'>;
  readonly feed: () => Promise<InspectFeed>;
  readonly clock: Clock;
}

/**
 * Answers upgrades on `server`. The token or API key comes in a header or as the protocol `callboard.token.TOKEN`,
 * never in the address, which proxies and browsers write down. A socket ends with its login, and when its client
 * answers no ping. `feed` is asked for with each onlooker, so that it need not be loaded before; nor is the library of
 * WebSockets, which brings the client's half and TLS with it. Returns what ends all sockets.
 */
export function serveInspectSocket(
  server: Server,
  { access, plan, feed, clock }: InspectSocketOptions,
): () => void {
  let loading: Promise<WebSocketServer> | undefined;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!offersWebSocket(request.headers)) return serveAsPlain(server, request, socket, head);
    void admit(request, socket, head);
  });
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const credentials = givenCredentials(request.headers);
    loading ??= createSocketServer();
    const sockets = await loading;
    const refusal =
      misplaced(request, plan()) ??
      refusals[(await access.judge(credentials, 'read')).kind] ??
      (sockets.clients.size >= mostOnlookers ? busy : undefined);
    if (refusal !== undefined) return refuse(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const unwatch = access.watch(credentials, 'read', () =>
        client.close(policyViolation, 'the login is over'),
      );
      client.on('close', unwatch);
      endWhenSilent(client, clock);
      void show(client, feed);
    });
  };
  return () =>
    void loading?.then((sockets) => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    });
}

async function createSocketServer(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws');
  return new WebSocketServer({
    noServer: true,
    clientTracking: true,
    // Onlookers have nothing to say.
    maxPayload: 1024,
    handleProtocols: (offered) => (offered.has(inspectProtocol) ? inspectProtocol : false),
  });
}

/** Whether a request asks for a WebSocket, and not for HTTP/2 or something else. */
export function offersWebSocket(headers: IncomingMessage['headers']): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * A client whose machine or network went away says nothing of it, and its place would be taken for good. Any frame
 * counts as a sign of life.
 */
function endWhenSilent(client: WebSocket, clock: Clock): void {
  let heard = true;
  const hear = () => {
    heard = true;
  };
  for (const frame of ['message', 'ping', 'pong']) client.on(frame, hear);
  const look = () => {
    if (!heard) return client.terminate();
    heard = false;
    client.ping();
    timer = clock.setTimeout(look, pingInterval);
  };
  let timer = clock.setTimeout(look, pingInterval);
  client.on('close', () => clock.clearTimeout(timer));
}

async function show(client: WebSocket, feed: () => Promise<InspectFeed>): Promise<void> {
  // A socket that fails also closes.
  client.on('error', () => {});
  const loaded = await feed();
  if (client.readyState !== client.OPEN) return;
  const detach = loaded.attach({
    send: (frame, sent) => client.send(frame, sent),
    get waiting() {
      return client.bufferedAmount;
    },
  });
  client.on('close', detach);
}

const busy = '503 Service Unavailable';

/** Of a verdict; none where it lets in. */
const refusals: Readonly<Record<Verdict['kind'], string | undefined>> = {
  granted: undefined,
  refused: '401 Unauthorized',
  forbidden: '403 Forbidden',
  unavailable: busy,
};

/** The WebSocket close code for what a server does not allow (RFC 6455). */
const policyViolation = 1008;

function misplaced(
  { headers, url }: IncomingMessage,
  plan: Pick<ServerPlan, 'corsOrigins' | 'tls'>,
): string | undefined {
  if (url !== inspectSocketPath) return '404 Not Found';
  const { origin, host } = headers;
  return origin !== undefined && isForeign(origin, host, plan) ? '403 Forbidden' : undefined;
}

function givenCredentials(headers: IncomingMessage['headers']): Credentials {
  const credentials = credentialsOf((name) => headers[name]?.toString());
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const token = protocols
    .find((name) => name.startsWith(tokenProtocolPrefix))
    ?.slice(tokenProtocolPrefix.length);
  return { ...credentials, bearer: credentials.bearer ?? (token && percentDecoded(token)) };
}

function refuse(socket: Duplex, status: string): void {
  // No limit of the server holds for an upgraded socket: a client that leaves its half open would keep it for good.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * A server with an upgrade listener gets every request that offers an upgrade, also those of clients that would
 * merely like HTTP/2 (`Upgrade: h2c`) and may be calling a webhook. They are served as if they had not asked.
 */
function serveAsPlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name))
      lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  // Over TLS a `connection` begins with a handshake, and this one has had its own.
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}
