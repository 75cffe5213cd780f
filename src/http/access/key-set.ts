// The keys that sign tokens, as `server.auth.jwks_url` gives them. They are kept, so that an endpoint that is down
// or hangs locks nobody out whose key is known, and asked for anew when a token names one that is not.
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
// Not the global fetch: Deno's would go through the proxies of the environment.
import { fetch } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { errorMessage } from '../../core/failure.ts';
import type { Log } from '../../core/log.ts';
import { within } from '../within.ts';

/** How long one fetch may take, in milliseconds: the longest that a request is held for it. */
export const patience = 5_000;
/** Least time between two fetches, in milliseconds: tokens with made-up keys cost the endpoint no more. */
export const cooldown = 5_000;
/** After so many milliseconds keys are asked for anew, so that one that was withdrawn is forgotten. */
export const maxAge = 600_000;
/** Bytes of the endpoint's answer. */
const largest = 256 * 1024;

/** Finds the key that a token names. */
export type Keys = ReturnType<typeof createLocalJWKSet>;

/** The keys cannot be had, so whether a token is good cannot be told. */
export class KeysUnavailable extends Error {}

export interface KeySetOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class KeySet {
  readonly #options: KeySetOptions;
  #keys: Keys | undefined;
  /** On the monotonic clock. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  #pending: Promise<void> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /** The keys that are known. @throws {KeysUnavailable} when there are none. */
  async known(): Promise<Keys> {
    if (this.#options.clock.monotonic() - this.#fetchedAt >= maxAge) {
      const refreshed = this.#refresh();
      // Once it has failed nobody waits for it again: the old keys go on, and it is tried behind them.
      if (this.#keys === undefined || this.#failure === undefined) await refreshed;
    }
    if (this.#keys === undefined) throw this.#unavailable();
    return this.#keys;
  }

  /**
   * Other keys than `known`, for a token that none of those signed; undefined when the endpoint has just been asked.
   * @throws {KeysUnavailable} when it cannot be asked.
   */
  async newerThan(known: Keys): Promise<Keys | undefined> {
    if (this.#keys === known) await this.#refresh();
    if (this.#keys !== known) return this.#keys;
    if (this.#failure !== undefined) throw this.#unavailable();
    return undefined;
  }

  #unavailable(): KeysUnavailable {
    return new KeysUnavailable(`the keys of ${this.url} cannot be had: ${this.#failure}`);
  }

  /** Never rejects; one fetch at a time, and none while the last one is fresh. */
  async #refresh(): Promise<void> {
    if (this.#options.clock.monotonic() - this.#triedAt < cooldown) return;
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
      this.#triedAt = this.#options.clock.monotonic();
    });
    await this.#pending;
  }

  async #fetch(): Promise<void> {
    const { url, clock, log } = this.#options;
    try {
      const keys = await within(clock, patience, (signal) => fetchKeys(url, signal));
      if (keys === undefined) throw new Error(`no whole answer within ${patience} ms`);
      this.#keys = createLocalJWKSet(keys);
      this.#fetchedAt = clock.monotonic();
      this.#failure = undefined;
    } catch (thrown) {
      const cause = thrown instanceof TypeError && thrown.cause !== undefined ? thrown.cause : thrown;
      this.#failure = errorMessage(cause);
      log.warn('the keys of tokens cannot be fetched', { url, error: this.#failure });
    }
  }
}

async function fetchKeys(url: string, signal: AbortSignal): Promise<JSONWebKeySet> {
  const answer = await fetch(url, {
    signal,
    // A redirect would lead to an address that nobody configured.
    redirect: 'manual',
    headers: { accept: 'application/jwk-set+json, application/json' },
  });
  const text = await readText(answer.body ?? []);
  if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
  const parsed: unknown = JSON.parse(text);
  if (!isKeySet(parsed)) throw new Error('its answer is no JSON Web Key Set');
  return parsed;
}

async function readText(body: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > largest) throw new Error(`its answer is longer than ${largest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The library looks at each key when one is used. */
function isKeySet(value: unknown): value is JSONWebKeySet {
  return (
    typeof value === 'object' &&
    value !== null &&
    'keys' in value &&
    Array.isArray(value.keys) &&
    value.keys.every((key: unknown) => typeof key === 'object' && key !== null)
  );
}
