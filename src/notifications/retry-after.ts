/** Milliseconds; receivers that ask for more are asked again after an hour all the same. */
export const longestRetryAfter = 3_600_000;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekday = '[a-z]{3,9}';
const time = '(\\d{2}):(\\d{2}):(\\d{2})';
// The three forms of RFC 9110, section 5.6.7: IMF-fixdate, that of RFC 850, and that of C's asctime.
const fixdate = new RegExp(`^${weekday}, (\\d{2}) ([a-z]{3}) (\\d{4}) ${time} GMT$`, 'i');
const rfc850 = new RegExp(`^${weekday}, (\\d{2})-([a-z]{3})-(\\d{2}) ${time} GMT$`, 'i');
const asctime = new RegExp(`^${weekday} ([a-z]{3}) ([ \\d]\\d) ${time} (\\d{4})$`, 'i');

/**
 * Milliseconds to wait as a `Retry-After` header asks (RFC 9110, section 10.2.3), counted from `now`: seconds or a
 * date, 0 for a date that has passed, never more than an hour. Fractions of a second, which some receivers send,
 * are taken too. Undefined for anything else. Never throws.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clamp(Math.ceil(Number(text) * 1_000));
  const at = httpDate(text, now);
  return at === undefined ? undefined : clamp(at - now);
}

function clamp(ms: number): number {
  return Math.min(longestRetryAfter, Math.max(0, ms));
}

function httpDate(text: string, now: number): number | undefined {
  const fixed = fixdate.exec(text);
  if (fixed !== null) {
    const [, day, month, year, ...clock] = fixed;
    return instant(Number(year), month, day, clock);
  }
  const short = rfc850.exec(text);
  if (short !== null) {
    const [, day, month, year, ...clock] = short;
    return instant(fullYear(Number(year), now), month, day, clock);
  }
  const [, month, day, hours, minutes, seconds, year] = asctime.exec(text) ?? [];
  return instant(Number(year), month, day, [hours, minutes, seconds]);
}

/** Two digits mean the latest year that is not more than 50 years ahead, as RFC 9110 wants it. */
function fullYear(twoDigits: number, now: number): number {
  const latest = new Date(now).getUTCFullYear() + 50;
  return latest - ((latest - twoDigits) % 100);
}

function instant(
  year: number,
  month: string | undefined,
  day: string | undefined,
  clock: readonly (string | undefined)[],
): number | undefined {
  const [hours, minutes, seconds] = clock.map(Number);
  const at = Date.UTC(year, months.indexOf(month?.toLowerCase() ?? ''), Number(day), hours, minutes, seconds);
  return month === undefined || !months.includes(month.toLowerCase()) || Number.isNaN(at) ? undefined : at;
}
