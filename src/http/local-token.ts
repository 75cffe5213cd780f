// The local token guards the API and the inspector where no login is configured: whoever can read the data
// folder may use them, and neither a web page nor a proxy that forwards everything can.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';

/** The token's file in the data folder. */
export const localTokenPath = (dataFolder: string) => join(dataFolder, 'api-token');

/** The token of a data folder: 43 characters of base64url (32 random bytes), or what somebody has put there. */
export class LocalToken {
  readonly #path: string;
  /** Until the file was looked at a token that nobody knows. */
  #token: string;

  constructor(dataFolder: string, random: Random) {
    this.#path = localTokenPath(dataFolder);
    this.#token = Buffer.from(random.bytes(32)).toString('base64url');
  }

  get value(): string {
    return this.#token;
  }

  /**
   * Takes the token of the folder, or gives it this one. Called by whoever owns the journal: a process that does not get
   * that must not change the token of the one that has it. Several journals in one folder have one token.
   * @throws {Error} when the file can be neither read nor written, or holds what nobody can send.
   */
  settle(log: Log): void {
    this.#token = readToken(this.#path) ?? this.#make();
    if ((statSync(this.#path).mode & 0o077) === 0) return;
    try {
      chmodSync(this.#path, 0o600);
    } catch (thrown) {
      // Somebody else's, or mounted read-only: it can be used all the same.
      log.warn('the local token may be read by others', { path: this.#path, error: errorMessage(thrown) });
    }
  }

  #make(): string {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    // What a write that was cut off has left is written over.
    const flag = existsSync(this.#path) ? 'w' : 'wx';
    try {
      writeFileSync(this.#path, `${this.#token}\n`, { mode: 0o600, flag });
      return this.#token;
    } catch (thrown) {
      // The owner of another journal in this folder was faster.
      const made = isErrorCode(thrown, 'EEXIST') ? readToken(this.#path) : undefined;
      if (made === undefined)
        throw new Error(`Cannot write the token to ${this.#path}: ${errorMessage(thrown)}`);
      return made;
    }
  }
}

const isErrorCode = (thrown: unknown, code: string) =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code;

/** Undefined where there is none, or too little of one: a write that was cut off leaves that. */
function readToken(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new Error(`Cannot read the token in ${path}: ${errorMessage(thrown)}`);
  }
  if (token.length < 32) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error(`Cannot use the token in ${path}: it has characters that no header can carry`);
  return token;
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The key of the link `/status/ID?key=…`, which shows one task to whoever holds it. */
export function statusKey(token: string, taskId: string): string {
  return createHmac('sha256', token).update(`status:${taskId}`).digest('base64url');
}
