import { percentDecoded } from '../core/percent.ts';

const path = '/v1/traces';

/**
 * Where spans are posted to. A URL that does not end in `/v1/traces` is the receiver's base, and gets it; credentials
 * in the URL become a header, since a URL is shown in places where they must not be.
 */
export function otlpTarget(endpoint: string): { url: string; headers: Record<string, string> } {
  const url = new URL(endpoint);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (!url.pathname.endsWith(path)) url.pathname = url.pathname.replace(/\/+$/, '') + path;
  if (username === '' && password === '') return { url: url.href, headers: {} };
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { url: url.href, headers: { authorization } };
}
