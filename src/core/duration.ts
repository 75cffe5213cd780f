const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unitBytes = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

/**
 * The longest duration, in milliseconds: 100,000 days. Now and several of them together are still a time that a `Date`
 * and RFC 3339, with its four digits of a year, can tell.
 */
export const longestDuration = 100_000 * unitMs.d;

/** The text was no duration or size; `message` says what one looks like. */
export class UnitError extends Error {}

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `1m30s`, `24h`, `7d`.
 * @throws {UnitError} for anything else, and beyond {@linkcode longestDuration}; a bare number has no unit and is
 * refused.
 */
export function parseDuration(text: string): number {
  const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
  if (!whole.test(text)) {
    const hint = /^\d+(\.\d+)?$/.test(text)
      ? `a duration needs a unit: "${text}s" or "${text}m"`
      : 'write a duration as "500ms", "30s", "1m30s", "24h" or "7d"';
    throw new UnitError(`${hint}, not ${JSON.stringify(text)}`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  if (!(total <= longestDuration)) {
    const most = formatDuration(longestDuration);
    throw new UnitError(`a duration may be ${most} at most, not ${JSON.stringify(text)}`);
  }
  return Math.round(total);
}

/** Milliseconds as people write them: `350ms`, `4.2s`, `1m30s`, `2h`, `3d`. At most two units. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  const parts: string[] = [];
  let rest = Math.round(ms / 1_000);
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join('');
}

/**
 * Bytes of a size such as `64KiB` or `1MiB`.
 * @throws {UnitError} for anything else.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|KB|MB|GB)$/.exec(text);
  if (match === null) throw new UnitError(`write a size as "64KiB" or "1MiB", not ${JSON.stringify(text)}`);
  return Math.floor(Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes]);
}
