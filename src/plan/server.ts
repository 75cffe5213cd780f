import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ServerConfig } from '../config/schema/server.ts';
import { errorMessage } from '../core/failure.ts';
import { checkAddresses } from './addresses.ts';
import type { BuildContext } from './context.ts';
import type { ApiKeyPlan, AuthPlan, ServerPlan } from './plan.ts';
import { checkUrl, isLoopback } from './urls.ts';

/** Of this many characters, drawn at random, none is found by asking a server. */
const shortestKey = 16;

export function buildServer(context: BuildContext, config: ServerConfig): ServerPlan {
  return {
    host: config.host,
    port: config.port,
    auth: buildAuth(context, config.auth),
    tls: buildTls(context, config.tls),
    corsOrigins: checkOrigins(context, config.cors.origins),
    trustProxy: checkAddresses(context, ['server', 'trust_proxy'], config.trust_proxy),
    grace: config.grace,
  };
}

function buildAuth(context: BuildContext, config: ServerConfig['auth']): AuthPlan | undefined {
  const { problems } = context;
  const path = ['server', 'auth'];
  const apiKeys = config.api_keys.map((given, index): ApiKeyPlan => {
    const entry = typeof given === 'string' ? { key: given, name: undefined, scopes: undefined } : given;
    context.secrets.add(entry.key);
    if (!/^[\x21-\x7e]+$/.test(entry.key)) {
      const message = 'can never be sent: a header carries printable ASCII without spaces';
      problems.error([...path, 'api_keys', index], `api_keys[${index}] ${message}`);
    } else if (entry.key.length < shortestKey) {
      const message = `has fewer than ${shortestKey} characters: it could be guessed, since wrong ones are not counted`;
      problems.warning([...path, 'api_keys', index], `api_keys[${index}] ${message}`);
    }
    return {
      name: entry.name ?? `key ${index + 1}`,
      sha256: createHash('sha256').update(entry.key).digest('hex'),
      scopes: entry.scopes ?? ['read', 'write'],
    };
  });
  if (config.jwks_url !== undefined) {
    const place = [...path, 'jwks_url'];
    const url = checkUrl(context, place, config.jwks_url);
    if (url !== undefined && (url.username !== '' || url.password !== '')) {
      problems.error(place, 'jwks_url must not carry a name and password: key sets are public');
    }
    if (url?.protocol === 'http:' && !isLoopback(url)) {
      problems.error(
        place,
        'jwks_url must be https, or on loopback: who can change the keys on their way can log in',
      );
    }
  }
  if (!config.enabled) return undefined;
  if (config.jwks_url === undefined && apiKeys.length === 0) {
    problems.error(
      [...path, 'enabled'],
      'auth is enabled, but nobody could log in: give it jwks_url or api_keys',
    );
  }
  for (const field of ['issuer', 'audience'] as const) {
    if (config.jwks_url === undefined || config[field] !== undefined) continue;
    const message = `auth names no ${field}: any token that these keys signed is let in, whatever it says there`;
    problems.warning([...path, field], message, { at: 'key' });
  }
  return { jwksUrl: config.jwks_url, issuer: config.issuer, audience: config.audience, apiKeys };
}

function buildTls(context: BuildContext, config: ServerConfig['tls']): ServerPlan['tls'] {
  if (config === undefined) return undefined;
  const files = {
    certFile: resolve(context.folder, config.cert_file),
    keyFile: resolve(context.folder, config.key_file),
  };
  const given = [
    ['cert_file', files.certFile],
    ['key_file', files.keyFile],
  ] as const;
  for (const [field, file] of given) {
    try {
      context.readFile(file);
    } catch (thrown) {
      context.problems.error(['server', 'tls', field], `${field} cannot be read: ${errorMessage(thrown)}`);
    }
  }
  return files;
}

function checkOrigins({ problems }: BuildContext, origins: readonly string[]): string[] {
  origins.forEach((origin, index) => {
    if (URL.canParse(origin) && new URL(origin).origin === origin) return;
    const place = ['server', 'cors', 'origins', index];
    const message = `must be an origin such as "https://app.example.com", not ${problems.shown(place, origin)}`;
    problems.error(place, `origins[${index}] ${message}`);
  });
  return [...origins];
}
