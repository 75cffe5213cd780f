import { hash } from 'node:crypto';
import type { CalendarSpec } from './calendar.ts';

/**
 * A hash of what decides a schedule's instants, hex. Another one for a trigger means that its past is another's:
 * it starts from now. Spaces in the cron do not count.
 */
export function fingerprint(spec: CalendarSpec): string {
  const cron = spec.cron?.trim().replace(/\s+/g, ' ');
  // An array, not the spec itself: the order in which its keys were written must not count.
  const deciding = [cron, spec.every, spec.anchor, spec.at, spec.timezone, spec.dst];
  return hash('sha256', JSON.stringify(deciding.map((value) => value ?? null)), 'hex');
}
