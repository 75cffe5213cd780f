// The HTTP face: who answers which request.
import type { RequestListener } from 'node:http';
import { sendAnswer } from './answer.ts';
import { probeCalls } from './probes.ts';
import { unexpectedAnswer } from './unexpected.ts';
import { webhookCalls } from './webhooks.ts';
import type { HttpWorld } from './world.ts';

/** Answers every request. */
export function createListener(world: HttpWorld): RequestListener {
  const webhooks = webhookCalls(world);
  const probes = probeCalls(world);
  // Loaded with the first request: with them Node loads its whole client of `fetch`, for `Request` and `Response`, and
  // many a process is only ever sent webhooks and probed.
  let loading: Promise<RequestListener> | undefined;
  const others = () => {
    loading ??= Promise.all([import('./app.ts'), import('./hono-listener.ts')]).then(
      ([{ createApp }, { listenerOf }]) =>
        listenerOf(createApp(world), (thrown) => unexpectedAnswer('', world, thrown)),
    );
    return loading;
  };
  return (incoming, outgoing) => {
    const call = webhooks(incoming) ?? probes(incoming);
    if (call !== undefined) return void call(outgoing);
    others().then(
      (listener) => listener(incoming, outgoing),
      (thrown) => sendAnswer(incoming, outgoing, unexpectedAnswer(incoming.url ?? '/', world, thrown)),
    );
  };
}
