import { styleText } from 'node:util';
import type { LogRecord } from '@logtape/logtape';
import { visibleLine } from './visible.ts';

type Style = Parameters<typeof styleText>[0];

const marks: Readonly<Record<string, readonly [string, Style]>> = {
  debug: ['·', 'gray'],
  info: ['•', 'cyan'],
  warning: ['▲', 'yellow'],
  error: ['✗', 'red'],
  fatal: ['✗', 'red'],
};

const done = new Set(['task completed', 'delivered', 'endpoint works again', 'ready']);

/** A log line for people: `09:30:00 ✓ task completed      webhook-hello-…  took 1.2s`. */
export function prettyLine({ timestamp, level, rawMessage, properties }: LogRecord): string {
  const message = typeof rawMessage === 'string' ? rawMessage : rawMessage.join('');
  const [mark, style] = done.has(message) ? (['✓', 'green'] as const) : (marks[level] ?? ['•', 'cyan']);
  const { event: _, task, ...fields } = properties;
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${styleText('dim', visibleLine(name))} ${visibleLine(typeof value === 'string' ? value : JSON.stringify(value))}`,
    );
  const about = task === undefined ? [] : [visibleLine(String(task))];
  const text = [visibleLine(message).padEnd(18), ...about, ...details].join('  ');
  return `${styleText('dim', clockTime(timestamp))} ${styleText(style, mark)} ${text.trimEnd()}`;
}

function clockTime(timestamp: number): string {
  return new Date(timestamp).toLocaleTimeString('en-GB', { hour12: false });
}
