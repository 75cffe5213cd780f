// `callboard deliveries`: list, show and replay what was or was not delivered.
import { anyObject, type ClientOptions, createClient } from '../client.ts';
import type { Io } from '../io.ts';
import { pagesOf, search } from '../pages.ts';
import { field, printRows } from '../rows.ts';
import { visibleJson } from '../visible.ts';

export interface DeliveriesOptions extends ClientOptions {
  readonly action: 'list' | 'show' | 'replay';
  readonly id?: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly format?: 'text' | 'json' | undefined;
}

/** Without an id, `replay` takes all dead letters that the filter finds. */
export async function deliveries(
  { action, id, query, format, ...options }: DeliveriesOptions,
  io: Io,
): Promise<number> {
  const client = createClient(options, io);
  if (action === 'list') {
    await printRows(pagesOf(client, '/api/deliveries', query), columns, format, io);
    return 0;
  }
  const path = `/api/deliveries/${encodeURIComponent(id ?? '')}`;
  const answer =
    action === 'show'
      ? await client.request('GET', path, anyObject)
      : await client.request(
          'POST',
          id === undefined ? `/api/deliveries/replay?${search(query)}` : `${path}/replay`,
          anyObject,
        );
  io.stdout.write(`${visibleJson(answer, 2)}\n`);
  return 0;
}

const columns = {
  id: (delivery: Readonly<Record<string, unknown>>) => field(delivery, 'id'),
  to: (delivery: Readonly<Record<string, unknown>>) =>
    `${field(delivery, 'agent')}/${field(delivery, 'notification')}`,
  event: (delivery: Readonly<Record<string, unknown>>) => field(delivery, 'event'),
  status: (delivery: Readonly<Record<string, unknown>>) => field(delivery, 'status'),
  attempts: ({ attempts }: Readonly<Record<string, unknown>>) =>
    String(Array.isArray(attempts) ? attempts.length : 0),
  next: (delivery: Readonly<Record<string, unknown>>) => field(delivery, 'next_attempt_at'),
  reason: (delivery: Readonly<Record<string, unknown>>) => field(delivery, 'reason'),
};
