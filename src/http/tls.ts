// HTTPS, and certificates that are renewed while it is served. Loaded by those who serve it.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import { errorMessage } from '../core/failure.ts';
import type { ServerPlan } from '../plan/plan.ts';

type TlsFiles = NonNullable<ServerPlan['tls']>;

/** What is served now. */
export interface Certificate {
  readonly file: string;
  /** As it names itself: `CN=example.com`. */
  readonly subject: string;
  /** The end of its validity, as the certificate writes it. */
  readonly until: string;
}

export interface TlsServer {
  readonly server: Server;
  /**
   * Reads both files again; connections that come from now on get what is in them. Undefined where they are the same.
   * @throws {Error} where they are no pair; the one before is served on.
   */
  renew(): Certificate | undefined;
}

/** @throws {Error} what is wrong with the certificate, the key, or both together. */
export function createTlsServer(
  files: TlsFiles,
  options: ServerOptions,
  listener: RequestListener,
): TlsServer {
  let current = readPair(files);
  const server = createServer({ ...options, cert: current.cert, key: current.key }, listener);
  return {
    server,
    renew: () => {
      const next = readPair(files);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return undefined;
      server.setSecureContext({ cert: next.cert, key: next.key });
      current = next;
      return next.certificate;
    },
  };
}

/** Checked here: Deno's server takes any pair, and then refuses every connection. */
function readPair({ certFile, keyFile }: TlsFiles) {
  const cert = readFileSync(certFile);
  const key = readFileSync(keyFile);
  const parsed = attempt(`${certFile} is no certificate`, () => new X509Certificate(cert));
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key.toString('latin1')))
    throw new Error(`Cannot serve TLS: ${keyFile} is protected by a passphrase: give one that is not`);
  const privateKey = attempt(`${keyFile} is no private key`, () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new Error(`Cannot serve TLS: ${keyFile} is not the key of ${certFile}`);
  }
  const certificate: Certificate = { file: certFile, subject: parsed.subject, until: parsed.validTo };
  return { cert, key, certificate };
}

function attempt<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw new Error(`Cannot serve TLS: ${what}: ${errorMessage(thrown)}`);
  }
}
