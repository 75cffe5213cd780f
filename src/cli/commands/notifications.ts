// `callboard notifications`: list, pause, resume and test the notifications of a running server.
import { anyObject, type ClientOptions, createClient } from '../client.ts';
import type { Io } from '../io.ts';
import { pageShape } from '../pages.ts';
import { field, printRows } from '../rows.ts';
import { visibleJson } from '../visible.ts';

export interface NotificationsOptions extends ClientOptions {
  readonly action: 'list' | 'pause' | 'resume' | 'test';
  /** Agent and id of the notification; of all actions but `list`. */
  readonly target?: { readonly agent: string; readonly id: string } | undefined;
  readonly format?: 'text' | 'json' | undefined;
}

export async function notifications(
  { action, target, format, ...options }: NotificationsOptions,
  io: Io,
): Promise<number> {
  const client = createClient(options, io);
  if (target === undefined) {
    await printRows([await client.request('GET', '/api/notifications', pageShape)], columns, format, io);
    return 0;
  }
  const path = [target.agent, target.id, action].map(encodeURIComponent).join('/');
  const answer = await client.request('POST', `/api/notifications/${path}`, anyObject);
  io.stdout.write(`${visibleJson(answer, 2)}\n`);
  return 0;
}

type Item = Readonly<Record<string, unknown>>;

const columns = {
  notification: (item: Item) => `${field(item, 'agent')}/${field(item, 'id')}`,
  type: (item: Item) => field(item, 'type'),
  enabled: (item: Item) => field(item, 'enabled'),
  breaker: (item: Item) => field(item, 'breaker'),
  paused: (item: Item) => field(item, 'paused'),
  url: (item: Item) => field(item, 'url'),
};
