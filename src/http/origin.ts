// Which web pages may ask. A page elsewhere can send requests to a loopback port and, by DNS rebinding, under a
// host name of its own; its `Origin` is what gives it away.
import type { ServerPlan } from '../plan/plan.ts';

/**
 * Whether `origin` is neither the server's own (`host`: as it was asked for) nor one of `server.cors.origins`. Pages of
 * either scheme are its own where it serves no TLS itself: a proxy before it may.
 */
export function isForeign(
  origin: string,
  host: string | undefined,
  { corsOrigins, tls }: Pick<ServerPlan, 'corsOrigins' | 'tls'>,
): boolean {
  if (corsOrigins.includes(origin)) return false;
  if (!URL.canParse(origin)) return true;
  const own = new URL(origin);
  return own.host !== host || (tls !== undefined && own.protocol !== 'https:');
}
