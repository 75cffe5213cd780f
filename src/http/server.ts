import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { ServerPlan } from '../plan/plan.ts';
import { offersWebSocket } from './inspect-socket.ts';
import { type ServerLimits, serverLimits } from './limits.ts';
import type { TlsServer } from './tls.ts';

export interface Listening {
  /** Where it can be reached, for people: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Takes the certificate and key that the files hold now; undefined without TLS. */
  readonly renewTls: TlsServer['renew'] | undefined;
  /** Takes no new connections; those whose answer is not out within five seconds are cut off. */
  close(clock: Clock): Promise<void>;
}

/** How long the last answers may take after a stop, in milliseconds. */
const lastAnswers = 5_000;

/** The address could not be had; the message names it and why. */
export class CannotListen extends Error {}

/** Serves with Node's own HTTP server, whose limits hold on Deno too. Tests give shorter limits. */
export async function listen(
  listener: RequestListener,
  { host, port, tls }: Pick<ServerPlan, 'host' | 'port' | 'tls'>,
  limits: ServerLimits = serverLimits,
): Promise<Listening> {
  const { maxConnections, answerTimeout, ...timesAndSizes } = limits;
  const options = {
    ...timesAndSizes,
    // Newer Node and Deno ask first; on older Node the listener of upgrades sorts out the others.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => offersWebSocket(headers),
  };
  const secure =
    tls === undefined ? undefined : (await import('./tls.ts')).createTlsServer(tls, options, listener);
  const server = secure?.server ?? createServer(options, listener);
  server.maxConnections = maxConnections;
  server.timeout = answerTimeout;
  server.on('request', (_, outgoing) => outgoing.on('timeout', endUnread));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown: NodeJS.ErrnoException) =>
      reject(new CannotListen(reasonOf(thrown, host, port))),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${name}:${bound}`,
    port: bound,
    server,
    renewTls: secure?.renew,
    close: (clock) =>
      new Promise((resolve) => {
        // Somebody who sends or reads byte by byte must not keep the process.
        const timer = clock.setTimeout(() => server.closeAllConnections(), lastAnswers);
        server.close(() => {
          clock.clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/**
 * Nothing was sent or received for a while. Whoever waits for an answer may wait; whoever does not read it holds a
 * connection, and the answer in memory.
 */
function endUnread(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

function reasonOf(thrown: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `${host}:${port}`;
  if (thrown.code === 'EADDRINUSE') return `cannot listen on ${where}: the port is in use`;
  if (thrown.code === 'EACCES') return `cannot listen on ${where}: not allowed for this user`;
  if (thrown.code === 'EADDRNOTAVAIL') return `cannot listen on ${where}: this machine has no such address`;
  return `cannot listen on ${where}: ${thrown.message}`;
}
