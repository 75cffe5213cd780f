// The text of a cron taken apart. Times of day are read here; the days (months, weekdays, L, W, #) are croner's.
import { CalendarError } from './calendar.ts';

export interface CronFields {
  /** The values that match, ascending. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Day of month, month and day of week, as croner takes them. */
  readonly days: string;
  /** No `*` and no step in seconds, minutes and hours: daylight saving must neither lose nor repeat it. */
  readonly fixed: boolean;
}

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly also?: string;
  readonly names?: RegExp;
}

const secondRule: FieldRule = { name: 'second', min: 0, max: 59 };
const minuteRule: FieldRule = { name: 'minute', min: 0, max: 59 };
const hourRule: FieldRule = { name: 'hour', min: 0, max: 23 };
const dayRules: readonly FieldRule[] = [
  { name: 'day of month', min: 1, max: 31, also: ', L, LW and such as 15W' },
  {
    name: 'month',
    min: 1,
    max: 12,
    also: ' and JAN to DEC',
    names: /JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC/gi,
  },
  {
    name: 'day of week',
    min: 0,
    max: 7,
    also: ', SUN to SAT and such as 5L or 5#2',
    names: /SUN|MON|TUE|WED|THU|FRI|SAT/gi,
  },
];

const nicknames = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/**
 * Takes a cron of five fields (minute, hour, day of month, month, day of week), of six (seconds first) or a
 * nickname (`@hourly` and its like) apart.
 * @throws {CalendarError} naming the wrong field and what it may be, as far as croner is not the judge of it.
 */
export function parseCron(cron: string): CronFields {
  const fields = expandNickname(cron.trim()).split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    const found = cron.trim() === '' ? 0 : fields.length;
    throw wrong(`the cron has ${found} fields, allowed are five, or six with seconds first`);
  }
  const [seconds = '', minutes = '', hours = '', ...days] = fields.length === 5 ? ['0', ...fields] : fields;
  return {
    days: daysOf(days.join(' ')),
    seconds: secondsOf(seconds),
    minutes: minutesOf(minutes),
    hours: hoursOf(hours),
    fixed: ![seconds, minutes, hours].some((field) => /[*/]/.test(field)),
  };
}

const secondsOf = remembered((field) => values(secondRule, field));
const minutesOf = remembered((field) => values(minuteRule, field));
const hoursOf = remembered((field) => values(hourRule, field));
const daysOf = remembered((text) => {
  const fields = text.split(' ');
  dayRules.forEach((rule, index) => {
    checkDays(rule, fields[index] ?? '');
  });
  return text.toUpperCase();
});

/** Reads each text once: of ten thousand crons most say the same in a field. */
function remembered<Result>(read: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = read(text);
    known.set(text, result);
    return result;
  };
}

function expandNickname(cron: string): string {
  if (!cron.startsWith('@')) return cron;
  const expanded = nicknames.get(cron.toLowerCase());
  if (expanded !== undefined) return expanded;
  throw wrong(`nickname is ${JSON.stringify(cron)}, allowed are ${[...nicknames.keys()].join(' ')}`);
}

function values(rule: FieldRule, field: string): readonly number[] {
  const matching = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) throw outside(rule, JSON.stringify(part));
    const [, low, high, step] = match;
    checkStep(rule, part);
    const from = low === undefined ? rule.min : inRange(rule, low);
    const to = low === undefined ? rule.max : inRange(rule, high ?? low);
    if (from > to) throw backwards(rule, part);
    for (let value = from; value <= to; value += Number(step ?? 1)) matching.add(value);
  }
  return [...matching].sort((a, b) => a - b);
}

/** Catches what has a plain cause, so that its message can name the field; the rest is for croner to refuse. */
function checkDays(rule: FieldRule, field: string): void {
  if (field === '?' && rule.name !== 'month') return;
  for (const part of field.split(',')) {
    const plain = (rule.names === undefined ? part : part.replace(rule.names, '1')).replace(/[#/].*$/, '');
    if (!/^(?:\*|\d+(?:-\d+)?|(?:\d+(?:-\d+)?)?L|LW|\d+W)$/i.test(plain))
      throw outside(rule, JSON.stringify(part));
    checkStep(rule, part);
    for (const number of plain.match(/\d+/g) ?? []) inRange(rule, number);
    const [, low, high] = /^(\d+)-(\d+)/.exec(part) ?? [];
    if (Number(low) > Number(high)) throw backwards(rule, part);
  }
}

function checkStep(rule: FieldRule, part: string): void {
  const [before = '', step] = part.split('/');
  if (step === undefined) return;
  if (before !== '*' && !before.includes('-')) {
    const example = `${before}-${rule.max}/${step}`;
    throw wrong(
      `${rule.name} is ${JSON.stringify(part)}, a step needs * or a range before it, as in ${example}`,
    );
  }
  const most = rule.max - Math.max(rule.min, rule.name === 'day of week' ? 1 : 0) + 1;
  const size = Number(/^\d+/.exec(step)?.[0] ?? Number.NaN);
  if (!(size >= 1 && size <= most)) throw wrong(`${rule.name} step is ${step}, allowed are 1 to ${most}`);
}

function inRange(rule: FieldRule, text: string): number {
  const value = Number(text);
  if (value < rule.min || value > rule.max) throw outside(rule, text);
  return value;
}

function outside(rule: FieldRule, found: string): CalendarError {
  return wrong(`${rule.name} is ${found}, allowed are ${rule.min} to ${rule.max}${rule.also ?? ''}`);
}

function backwards(rule: FieldRule, part: string): CalendarError {
  return wrong(`${rule.name} is ${JSON.stringify(part)}, allowed are ranges from low to high`);
}

function wrong(message: string): CalendarError {
  return new CalendarError('cron', message);
}
