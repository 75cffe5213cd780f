// The local token guards the API and the inspector where no login is configured: whoever can read the data
// folder may use them, and neither a web page nor a proxy that forwards everything can.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage } from '../core/failure.ts';
import type { Random } from '../core/random.ts';

/** The token's file in the data folder. */
export const localTokenPath = (dataFolder: string) => join(dataFolder, 'api-token');

export interface LocalToken {
  /** 43 characters of base64url: 32 random bytes. */
  readonly token: string;
  /**
   * Writes it to its file where it is new. Called by whoever owns the data folder: another process that does not get it
   * must not change the token of the one that has it.
   */
  keep(): void;
}

/**
 * The token of a data folder, a new one where it has none.
 * @throws {Error} when the file cannot be read, or holds what nobody can send.
 */
export function localToken(dataFolder: string, random: Random): LocalToken {
  const path = localTokenPath(dataFolder);
  const known = readToken(path);
  if (known !== undefined) return { token: known, keep: () => makePrivate(path) };
  const token = Buffer.from(random.bytes(32)).toString('base64url');
  return {
    token,
    keep: () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, `${token}\n`, { mode: 0o600 });
      makePrivate(path);
    },
  };
}

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

/** An older file keeps its mode when it is written anew, and one that was copied there has whatever mode it had. */
function makePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
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
