import { type Budget, stepsOfText } from './budget.ts';
import type { TimeValue } from './data.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

// The longest first where one begins another; `Jan` is not part of a longer lower-case word.
const elements =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|002|_2(?!006)|01|02|03|04|05|06|15|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5/g;

/** A time in a layout of Go's `time` package, always in UTC: `2006-01-02 15:04:05`. */
export function formatTime(time: TimeValue, layout: string, budget: Budget): string {
  const date = new Date(time.ms);
  budget.spend(stepsOfText(layout.length));
  return budget.made(layout.replace(elements, (element) => formatElement(date, element)));
}

function formatElement(date: Date, element: string): string {
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const hour = date.getUTCHours();
  switch (element) {
    case 'January':
      return months[month] ?? '';
    case 'Jan':
      return (months[month] ?? '').slice(0, 3);
    case 'Monday':
      return days[date.getUTCDay()] ?? '';
    case 'Mon':
      return (days[date.getUTCDay()] ?? '').slice(0, 3);
    case 'MST':
      return 'UTC';
    case '2006':
      return padded(date.getUTCFullYear(), 4);
    case '06':
      return padded(date.getUTCFullYear() % 100, 2);
    case '01':
      return padded(month + 1, 2);
    case '1':
      return String(month + 1);
    case '02':
      return padded(day, 2);
    case '_2':
      return String(day).padStart(2);
    case '2':
      return String(day);
    case '002':
      return padded(dayOfYear(date), 3);
    case '__2':
      return String(dayOfYear(date)).padStart(3);
    case '15':
      return padded(hour, 2);
    case '03':
      return padded(hour % 12 || 12, 2);
    case '3':
      return String(hour % 12 || 12);
    case '04':
      return padded(date.getUTCMinutes(), 2);
    case '4':
      return String(date.getUTCMinutes());
    case '05':
      return padded(date.getUTCSeconds(), 2);
    case '5':
      return String(date.getUTCSeconds());
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return hour < 12 ? 'am' : 'pm';
    default:
      return element.startsWith('.') || element.startsWith(',') ? fraction(date, element) : zone(element);
  }
}

/** `.000` keeps its zeros, `.999` drops them. */
function fraction(date: Date, element: string): string {
  const wanted = element.length - 1;
  const digits = padded(date.getUTCMilliseconds(), 3).padEnd(wanted, '0').slice(0, wanted);
  if (element.charAt(1) === '0') return element.charAt(0) + digits;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : element.charAt(0) + kept;
}

/** `Z07:00` is `Z` in UTC, `-07:00` is `+00:00`. */
function zone(element: string): string {
  return element.startsWith('Z') ? 'Z' : element.replace('-', '+').replaceAll('7', '0');
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getUTCFullYear(), 0, 0);
  const today = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return (today - start) / 86_400_000;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
