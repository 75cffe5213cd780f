import type { TriggerPlan } from '../plan/plan.ts';
import type { AddressGuard } from './address-guard.ts';
import { namesHost } from './callback-hosts.ts';

/**
 * Whether a callback may reach private addresses: only where the trigger that it is of names that very host, in
 * `callback_hosts` (a pattern such as `*.example.com` names no host) or as its fixed `callback_url`. What one trigger of
 * an agent allows to its callers is not for those of another; of one that is gone from the file nothing is allowed.
 */
export function callbackGuard(url: string, trigger: TriggerPlan | undefined): AddressGuard {
  if (trigger?.type !== 'webhook') return 'public';
  const target = new URL(url);
  const { callbackUrl, callbackHosts } = trigger.response;
  const isFixed = callbackUrl !== undefined && new URL(callbackUrl).origin === target.origin;
  return isFixed || callbackHosts?.some((host) => namesHost(host, target)) ? 'none' : 'public';
}
