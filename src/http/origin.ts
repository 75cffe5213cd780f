// Which web pages may ask. A page elsewhere can send requests to a loopback port and, by DNS rebinding, under a
// host name of its own; its `Origin` is what gives it away.
import type { ServerPlan } from '../plan/plan.ts';

/** Whether `origin` is neither the server's own (`host`: as it was asked for) nor one of `server.cors.origins`. */
export function isForeign(
  origin: string,
  host: string | undefined,
  { corsOrigins }: Pick<ServerPlan, 'corsOrigins'>,
): boolean {
  if (corsOrigins.includes(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
