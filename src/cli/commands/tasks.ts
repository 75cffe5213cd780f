// `callboard tasks`: list, show, cancel and replay the tasks of a running server.
import { anyObject, type ClientOptions, createClient } from '../client.ts';
import type { Io } from '../io.ts';
import { pagesOf } from '../pages.ts';
import { field, printRows } from '../rows.ts';
import { visibleJson } from '../visible.ts';

export interface TasksOptions extends ClientOptions {
  readonly action: 'list' | 'show' | 'cancel' | 'replay';
  readonly id?: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly format?: 'text' | 'json' | undefined;
}

export async function tasks(
  { action, id, query, format, ...options }: TasksOptions,
  io: Io,
): Promise<number> {
  const client = createClient(options, io);
  const path = `/api/tasks/${encodeURIComponent(id ?? '')}`;
  if (action === 'list') {
    await printRows(pagesOf(client, '/api/tasks', query), columns, format, io);
    return 0;
  }
  const answer =
    action === 'show'
      ? await client.request('GET', path, anyObject)
      : await client.request('POST', `${path}/${action}`, anyObject);
  io.stdout.write(`${visibleJson(answer, 2)}\n`);
  return 0;
}

const columns = {
  id: (task: Readonly<Record<string, unknown>>) => field(task, 'id', 100),
  status: (task: Readonly<Record<string, unknown>>) => field(task, 'status'),
  created: (task: Readonly<Record<string, unknown>>) => field(task, 'created_at'),
  attempt: (task: Readonly<Record<string, unknown>>) => field(task, 'attempt'),
  outcome: (task: Readonly<Record<string, unknown>>) => outcome(task),
};

function outcome(task: Readonly<Record<string, unknown>>): string {
  const { error } = task;
  if (typeof error === 'object' && error !== null && 'message' in error)
    return field({ ...error }, 'message');
  return field(task, 'result') || field(task, 'reason');
}
