import { UsageError } from './command.ts';

/**
 * The address of a server as an option names it, for paths to be added: with the prefix that a proxy gives it, and
 * without a slash at its end.
 * @throws {UsageError} where it is no address, or more than one.
 */
export function serverUrl(text: string): string {
  const { protocol, origin, pathname, search, hash, username, password } = parsed(text);
  if (!['http:', 'https:'].includes(protocol)) throw notAnAddress(text);
  // Calls carry a token, and no header says both.
  if (`${username}${password}` !== '')
    throw new UsageError('--url holds a login; calls carry the token alone');
  if (`${search}${hash}` !== '')
    throw new UsageError(`--url ends with "${search}${hash}", which no path can follow`);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function parsed(text: string): URL {
  if (!URL.canParse(text)) throw notAnAddress(text);
  return new URL(text);
}

const notAnAddress = (text: string) =>
  new UsageError(`--url is "${text}" instead of an address like http://127.0.0.1:8080`);
