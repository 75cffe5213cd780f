// An issuer of tokens on loopback: signs them, and serves its keys.
import { createServer, type ServerResponse } from 'node:http';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { closeServer, listen } from './listen.ts';

export interface SigningKey {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  /** As the key set shows it. */
  readonly jwk: JWK;
}

let made = 0;

/** A key pair; `kid: undefined` leaves its name away. */
export async function signingKey(
  alg: string,
  kid: string | undefined = `key-${++made}`,
): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }) };
  return { alg, kid, privateKey, jwk };
}

/** A token that `key` signs. */
export function sign(key: SigningKey, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, typ: 'JWT', ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .sign(key.privateKey);
}

export interface TokenIssuer extends AsyncDisposable {
  /** Where its keys are. */
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** What it shows; change it to rotate keys. */
  keys: readonly SigningKey[];
  /** What it does when it is asked. Stopped hangs: the connection is taken and nothing is said. */
  mood: 'answers' | 'fails' | 'hangs' | { readonly redirects: string };
}

/** Serves the keys at `/jwks.json`. */
export async function tokenIssuer(...keys: readonly SigningKey[]): Promise<TokenIssuer> {
  const asked: string[] = [];
  const issuer: Pick<TokenIssuer, 'keys' | 'mood'> = { keys, mood: 'answers' };
  const answer = (response: ServerResponse) => {
    const { mood } = issuer;
    if (mood === 'hangs') return;
    if (mood === 'fails') response.writeHead(500).end();
    else if (mood === 'answers') {
      const set: JSONWebKeySet = { keys: issuer.keys.map(({ jwk }) => jwk) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(set));
    } else response.writeHead(302, { location: mood.redirects }).end();
  };
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(response);
  });
  const port = await listen(server);
  return Object.assign(issuer, {
    url: `http://127.0.0.1:${port}/jwks.json`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await closeServer(server);
    },
  });
}
