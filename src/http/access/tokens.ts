// JSON Web Tokens as logins (RFC 7519; what RFC 8725 advises is pinned here). Loaded with the first token.
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { errorMessage } from '../../core/failure.ts';
import type { Log } from '../../core/log.ts';
import type { AuthPlan } from '../../plan/plan.ts';
import { KeySet, type Keys, KeysUnavailable } from './key-set.ts';
import { type Scope, scopes } from './scope.ts';

/** Signatures of key pairs alone: with HMAC whoever knows the public key could sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  // What RFC 9864 calls EdDSA over Ed25519.
  'Ed25519',
];

/** How far the issuer's clock may be off, in seconds. */
const clockTolerance = 5;

export type TokenVerdict =
  | { readonly kind: 'known'; readonly scopes: readonly Scope[] }
  /** The cause is for the log. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** Its key is not known, and the endpoint that may know it cannot be asked. */
  | { readonly kind: 'unavailable'; readonly cause: string };

export class Tokens {
  readonly #world: { readonly clock: Clock; readonly log: Log };
  #keys: KeySet | undefined;

  constructor(world: { readonly clock: Clock; readonly log: Log }) {
    this.#world = world;
  }

  /** Verifies a token with the keys of `url`, and reads what it may do. */
  async judge(
    token: string,
    url: string,
    auth: Pick<AuthPlan, 'issuer' | 'audience'>,
  ): Promise<TokenVerdict> {
    // What a set knows outlives a reload that leaves its address alone.
    if (this.#keys?.url !== url) this.#keys = new KeySet({ url, ...this.#world });
    try {
      const payload = await verify(token, this.#keys, this.#wanted(auth));
      return { kind: 'known', scopes: scopesOf(payload) };
    } catch (thrown) {
      const kind = thrown instanceof KeysUnavailable ? 'unavailable' : 'refused';
      return { kind, cause: errorMessage(thrown) };
    }
  }

  /** The library lets through what it is not told to look at: `exp` too. */
  #wanted({ issuer, audience }: Pick<AuthPlan, 'issuer' | 'audience'>): JWTVerifyOptions {
    return {
      algorithms,
      clockTolerance,
      currentDate: new Date(this.#world.clock.now()),
      requiredClaims: ['exp'],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
    };
  }
}

async function verify(token: string, keys: KeySet, wanted: JWTVerifyOptions): Promise<JWTPayload> {
  const { alg = 'none' } = decodeProtectedHeader(token);
  // Before any key is asked for: such a token costs nobody a fetch.
  if (!algorithms.includes(alg)) throw new Error(`the algorithm "${alg}" is not accepted`);
  const known = await keys.known();
  try {
    return await verifyWith(token, known, wanted);
  } catch (thrown) {
    const newer = mayHaveNewKey(thrown) ? await keys.newerThan(known) : undefined;
    if (newer === undefined) throw thrown;
    return verifyWith(token, newer, wanted);
  }
}

async function verifyWith(token: string, keys: Keys, wanted: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, wanted)).payload;
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    // Without a `kid` any key of its kind may have signed it.
    for await (const key of thrown) {
      const verified = await jwtVerify(token, key, wanted).catch(ifOfThisKey);
      if (verified !== undefined) return verified.payload;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function ifOfThisKey(thrown: unknown): undefined {
  if (!isOfKey(thrown)) throw thrown;
}

/** Whether another key may be the right one. */
function isOfKey(thrown: unknown): boolean {
  // What is no error of the library's own says that the key cannot be used at all: it is too short, or none.
  return thrown instanceof errors.JWSSignatureVerificationFailed || !(thrown instanceof errors.JOSEError);
}

/** A token without `kid`, and one of an issuer that gives new keys old names, shows a new key only by its signature. */
function mayHaveNewKey(thrown: unknown): boolean {
  return thrown instanceof errors.JWKSNoMatchingKey || isOfKey(thrown);
}

/**
 * The scopes that `scope` (words, RFC 8693) or `scp` (words or a list, as some issuers have it) name. A token with
 * neither says nothing of what its holder may do: it may read, and change nothing.
 */
function scopesOf({ scope, scp }: JWTPayload): readonly Scope[] {
  if (scope === undefined && scp === undefined) return ['read'];
  const named = [scope, scp].flatMap((claim): unknown[] => {
    if (typeof claim === 'string') return claim.split(' ');
    return Array.isArray(claim) ? claim : [];
  });
  return scopes.filter((known) => named.includes(known));
}
