import type { ServerPlan } from '../plan/plan.ts';

/** Addresses that mean every one of the machine, which no client can ask everywhere, and one that they hold. */
const loopbacks = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Where a client on this machine reaches a server. */
export function serverAddress({ host, port, tls }: Pick<ServerPlan, 'host' | 'port' | 'tls'>): string {
  const reachable = loopbacks.get(host) ?? host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}
