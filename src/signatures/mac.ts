// HMAC-SHA256, and how the MACs in a header are compared with ours. Inside, a MAC is 64 lower-case hex digits.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { refused } from './scheme.ts';

/** A key of HMAC: the secret's own text as UTF-8, or bytes that were decoded from it. */
export type Key = string | Uint8Array;

/** The MAC of the parts, one after another. */
export function macOf(key: Key, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/**
 * The MAC under the first key that one of the candidates equals. Every candidate is compared with the MAC under
 * every key, each in constant time: how long it takes tells neither how much was right nor which key it was.
 */
export function matchingMac(
  keys: readonly Key[],
  parts: readonly (string | Uint8Array)[],
  candidates: readonly string[],
): string | undefined {
  const offered = candidates.map((candidate) => ({ candidate, mac: Buffer.from(candidate, 'hex') }));
  let found: string | undefined;
  for (const key of keys) {
    const expected = macOf(key, parts);
    for (const { candidate, mac } of offered) {
      const equal = mac.length === expected.length && timingSafeEqual(mac, expected);
      if (equal) found ??= candidate;
    }
  }
  return found;
}

export const noMatch = refused('the signature is well formed but matches none of the secrets');

/** A MAC out of its text in a header; undefined when the text is of another form. */
export type MacForm = (text: string) => string | undefined;

export const lowerHex: MacForm = (text) => (/^[0-9a-f]{64}$/.test(text) ? text : undefined);
export const hex: MacForm = (text) => (/^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : undefined);

/** Padded, in the standard alphabet, with no stray bits at its end: one MAC has one text. */
export const base64: MacForm = (text) => {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('hex') : undefined;
};

/** `form` behind a prefix that is written exactly so. */
export function prefixed(prefix: string, form: MacForm): MacForm {
  return (text) => (text.startsWith(prefix) ? form(text.slice(prefix.length)) : undefined);
}

/** The MACs among the texts. */
export function macsIn(texts: readonly string[], form: MacForm): string[] {
  return texts.map(form).filter((mac) => mac !== undefined);
}
