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
  /** What values are called, each at its own place. */
  readonly names?: readonly string[];
  /** What a part may be beside a value, a range and a step, with numbers for names; the value or range is its group. */
  readonly special?: RegExp;
  /** What may stand in place of a list of parts. */
  readonly alone?: RegExp;
}

const secondRule: FieldRule = { name: 'second', min: 0, max: 59 };
const minuteRule: FieldRule = { name: 'minute', min: 0, max: 59 };
const hourRule: FieldRule = { name: 'hour', min: 0, max: 23 };
const dayRules: readonly FieldRule[] = [
  {
    name: 'day of month',
    min: 1,
    max: 31,
    also: ', L, LW and such as 15W',
    special: /^(?:L|(\d+)W)$/i,
    alone: /^(?:\?|LW)$/i,
  },
  {
    name: 'month',
    min: 1,
    max: 12,
    also: ' and JAN to DEC',
    names: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  {
    name: 'day of week',
    min: 0,
    max: 7,
    also: ', SUN to SAT and such as 5L or 5#2',
    names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
    special: /^(\d+(?:-\d+)?)(?:L|#(?:0*[1-5]|L))$/i,
    alone: /^\?$/,
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
 * @throws {CalendarError} naming the wrong field and what it may be.
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
    const { from, to, step } = readPart(rule, part, part);
    for (let value = from; value <= to; value += step) matching.add(value);
  }
  return [...matching].sort((a, b) => a - b);
}

/** Croner would refuse these too, but not say which field is wrong and what it may be. */
function checkDays(rule: FieldRule, field: string): void {
  if (rule.alone?.test(field)) return;
  for (const part of field.split(',')) {
    if (rule.alone?.test(part)) throw wrong(`${rule.name} is ${JSON.stringify(field)}, ${part} stands alone`);
    const plain = inNumbers(rule, part);
    const special = rule.special?.exec(plain);
    if (special?.[1] !== undefined) readPart(rule, part, special[1]);
    else if (rule.name === 'day of week' && /^[\d-]+#/.test(plain)) {
      throw wrong(`${rule.name} is ${JSON.stringify(part)}, allowed after # are 1 to 5, and L for the last`);
    } else if (!special) readPart(rule, part, plain);
  }
}

/** `*`, a value or a range, and what steps over it; `plain` is the part with numbers for names. */
function readPart(rule: FieldRule, part: string, plain: string): { from: number; to: number; step: number } {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(plain);
  if (match === null) throw outside(rule, JSON.stringify(part));
  const [, low, high, step] = match;
  const from = low === undefined ? rule.min : inRange(rule, low);
  const to = low === undefined ? rule.max : inRange(rule, high ?? low);
  if (low !== undefined && high === undefined && step !== undefined) {
    const example = `${part.split('/')[0]}-${rule.max}/${step}`;
    throw wrong(
      `${rule.name} is ${JSON.stringify(part)}, a step needs * or a range before it, as in ${example}`,
    );
  }
  // 0 and 7 are both Sunday.
  const first = rule.name === 'day of week' ? 1 : rule.min;
  const most = rule.max - first + 1;
  const size = Number(step ?? 1);
  if (size < 1 || size > most) throw wrong(`${rule.name} step is ${step}, allowed are 1 to ${most}`);
  if (from > to) {
    // Over the end of the week, or of the year, it is two ranges, as for Vixie's cron.
    const two = [range(from, rule.max), ...(to < first ? [] : [range(first, to)])].join(',');
    throw wrong(`${rule.name} is ${JSON.stringify(part)}, allowed are ranges from low to high, as in ${two}`);
  }
  return { from, to, step: size };
}

const range = (from: number, to: number) => (from === to ? String(from) : `${from}-${to}`);

/** Names as numbers; `SUN` at the end of a range is 7. */
function inNumbers({ names, max }: FieldRule, part: string): string {
  if (names === undefined) return part;
  return part.replace(/(^|-)([A-Z]{3})(?=$|[-/#]|L$)/gi, (whole, dash: string, name: string) => {
    const value = names.indexOf(name.toUpperCase());
    if (value < 0) return whole;
    return `${dash}${dash !== '' && value === 0 ? max : value}`;
  });
}

function inRange(rule: FieldRule, text: string): number {
  const value = Number(text);
  if (value < rule.min || value > rule.max) throw outside(rule, text);
  return value;
}

function outside(rule: FieldRule, found: string): CalendarError {
  return wrong(`${rule.name} is ${found}, allowed are ${rule.min} to ${rule.max}${rule.also ?? ''}`);
}

function wrong(message: string): CalendarError {
  return new CalendarError('cron', message);
}
