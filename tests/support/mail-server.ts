import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { listen } from './listen.ts';

export interface ReceivedMail {
  readonly to: readonly string[];
  /** As it came over the wire: headers and every part. */
  readonly text: string;
}

export interface MailServer extends AsyncDisposable {
  /** `smtp://127.0.0.1:PORT`. */
  readonly url: string;
  readonly received: readonly ReceivedMail[];
}

/** A mail server on loopback that keeps what it accepts; `options` make it refuse something, or say nothing. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    disableReverseLookup: true,
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, text: Buffer.concat(chunks).toString() });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const port = await listen(server.server);
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
