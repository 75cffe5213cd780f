import type { Redactor } from './redact.ts';

/**
 * Fields that hold the runtime's own words, or names of the file: a secret that happens to be one of them (a header
 * `X-Event: completed`, a secret `2026`) must not blot out the state that a client waits for or the id that it goes on
 * with.
 */
const ownFields: ReadonlySet<string> = new Set([
  'id',
  'task',
  'task_id',
  'taskId',
  'delivery',
  'deliveryId',
  'agent',
  'agent_name',
  'trigger',
  'notification',
  'endpoint',
  'next',
  'event',
  'type',
  'title',
  'status',
  'state',
  'level',
  'code',
  'at',
  'time',
]);

/**
 * A JSON text of ours, an answer or a log line, without secrets: they are taken out of its strings, so that it stays
 * JSON, and its {@linkcode ownFields}, its numbers and its keys stay as they are. What agents note, under `notes`, is
 * redacted as a whole, keys included.
 */
export function redactedJson(redactor: Redactor, json: string): string {
  // Almost every text holds none, and is not taken apart.
  if (redactor.text(json) === json) return json;
  const value: unknown = JSON.parse(json);
  return JSON.stringify(shown(redactor, value, ''));
}

function shown(redactor: Redactor, value: unknown, field: string): unknown {
  if (field === 'notes') return redactor.data(value);
  if (typeof value === 'string') return isOwn(field) ? value : redactor.text(value);
  if (Array.isArray(value)) return value.map((item) => shown(redactor, item, field));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, shown(redactor, item, name)]),
    );
  }
  return value;
}

/** Times stand in fields such as `created_at`. */
const isOwn = (field: string) => ownFields.has(field) || field.endsWith('_at');
