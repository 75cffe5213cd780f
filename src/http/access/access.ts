// Who may use the server. Without `server.auth` whoever has the local token; with it the holders of API keys and of
// tokens that the issuer's keys signed, each within its scopes, and the local token opens nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { ApiKeyPlan, AuthPlan } from '../../plan/plan.ts';
import { sameText } from '../local-token.ts';
import type { Credentials } from './credentials.ts';
import { type Scope, scopes } from './scope.ts';
import type { Tokens, TokenVerdict } from './tokens.ts';

/** Whether somebody may. The cause is for the log: whoever is turned away learns nothing of it. */
export type Verdict =
  | { readonly kind: 'granted' }
  /** Somebody who may do other things. */
  | { readonly kind: 'forbidden'; readonly cause: string }
  | Exclude<TokenVerdict, { kind: 'known' }>;

/** How often what stays open is looked at again, in milliseconds. */
export const recheckInterval = 15_000;

export interface AccessOptions {
  /** `server.auth` as it is in force; undefined where it is not enabled. */
  readonly auth: () => AuthPlan | undefined;
  /** The local token. */
  readonly token: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export class Access {
  readonly #options: AccessOptions;
  #tokens: Promise<Tokens> | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Whether `server.auth` is in force: then what is open without it wants a login too. */
  get wantsLogin(): boolean {
    return this.#options.auth() !== undefined;
  }

  async judge(credentials: Credentials, scope: Scope): Promise<Verdict> {
    const auth = this.#options.auth();
    const found = auth === undefined ? this.#local(credentials) : await this.#login(credentials, auth);
    if (found.kind !== 'known') return found;
    if (found.scopes.includes(scope)) return { kind: 'granted' };
    return { kind: 'forbidden', cause: `the login has not the scope ${scope}` };
  }

  /**
   * Calls `onLost` once, when the holder of what stays open may no longer have it: the token has expired, the key has
   * left the file. Returns what ends the watch.
   */
  watch(credentials: Credentials, scope: Scope, onLost: () => void): () => void {
    const { clock } = this.#options;
    let stopped = false;
    const look = async () => {
      const { kind } = await this.judge(credentials, scope);
      if (stopped) return;
      if (kind === 'refused' || kind === 'forbidden') return onLost();
      timer = clock.setTimeout(() => void look(), recheckInterval);
    };
    let timer = clock.setTimeout(() => void look(), recheckInterval);
    return () => {
      stopped = true;
      clock.clearTimeout(timer);
    };
  }

  #local({ bearer }: Credentials): TokenVerdict {
    if (bearer === undefined) return { kind: 'refused', cause: 'no token was sent' };
    if (!sameText(bearer, this.#options.token())) return { kind: 'refused', cause: 'not the local token' };
    return { kind: 'known', scopes };
  }

  async #login({ bearer, apiKey }: Credentials, auth: AuthPlan): Promise<TokenVerdict> {
    const given = bearer ?? apiKey;
    if (given === undefined) return { kind: 'refused', cause: 'neither a token nor an API key was sent' };
    const key = keyOf(given, auth.apiKeys);
    if (key !== undefined) return { kind: 'known', scopes: key.scopes };
    if (auth.jwksUrl === undefined || bearer === undefined || bearer.split('.').length !== 3) {
      return { kind: 'refused', cause: 'an unknown API key' };
    }
    const { clock, log } = this.#options;
    this.#tokens ??= import('./tokens.ts').then(({ Tokens }) => new Tokens({ clock, log }));
    return (await this.#tokens).judge(bearer, auth.jwksUrl, auth);
  }
}

/** Hashes are compared, each to its end: the time tells neither how much of a key was right nor which one. */
function keyOf(given: string, keys: readonly ApiKeyPlan[]): ApiKeyPlan | undefined {
  const hash = createHash('sha256').update(given).digest();
  return keys.filter(({ sha256 }) => timingSafeEqual(hash, Buffer.from(sha256, 'hex')))[0];
}
