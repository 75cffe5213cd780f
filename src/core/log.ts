// Log lines: one event a line, for people on a terminal and as JSON for machines. Built on LogTape; secrets are
// taken out of the finished line, so nothing that reaches it can carry one.
import { configureSync, getLogger, type LogRecord } from '@logtape/logtape';
import type { Redactor } from './redact.ts';
import { redactedJson } from './redacted-json.ts';

export type LogFormat = 'pretty' | 'json';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly redactor: Redactor;
  readonly write: (line: string) => void;
  /** Makes the line of a record for people. */
  readonly pretty: (record: LogRecord) => string;
}

/** What the parts of the runtime log through. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Sends all log records of the process to one place; replaces what was configured before. */
export function configureLog({ format, level, redactor, write, pretty }: LogOptions): Log {
  const line =
    format === 'json'
      ? (record: LogRecord) => redactedJson(redactor, jsonLine(record))
      : (record: LogRecord) => redactor.text(pretty(record));
  configureSync({
    reset: true,
    sinks: { out: (record) => write(`${line(record)}\n`) },
    loggers: [
      { category: 'callboard', lowestLevel: level === 'warn' ? 'warning' : level, sinks: ['out'] },
      // LogTape's own words about its configuration are for its developers.
      { category: ['logtape', 'meta'], lowestLevel: 'fatal', sinks: ['out'] },
    ],
  });
  return getLogger('callboard');
}

/** `{"time","level","message", …fields}`. */
function jsonLine({ timestamp, level, rawMessage, properties }: LogRecord): string {
  const message = typeof rawMessage === 'string' ? rawMessage : rawMessage.join('');
  const name = level === 'warning' ? 'warn' : level;
  return JSON.stringify({ time: new Date(timestamp).toISOString(), level: name, message, ...properties });
}
