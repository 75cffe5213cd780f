// `/api/events`: everything that happens, as server-sent events. Each has the number of its commit as its id, so a
// client that comes back with `Last-Event-ID` has missed nothing but what `journal.keep` let go, and sees that by the id.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { redactedJson } from '../../../core/redacted-json.ts';
import type { Access } from '../../access/access.ts';
import { credentialsOf } from '../../access/credentials.ts';
import { eventView } from '../../views.ts';
import { within } from '../../within.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { describe } from './describe.ts';
import { refuseInvalid } from './invalid.ts';

const batch = 200;
/** How often a silent stream says that it lives, in milliseconds. */
const heartbeat = 15_000;

/** Digits alone: an empty text would count as 0, which is everything that ever happened. */
const sequence = z.string().regex(/^\d+$/).transform(Number).openapi({ type: 'integer', minimum: 0 });

const stream = describe('/events', {
  method: 'get',
  summary: 'What happens, as server-sent events; `Last-Event-ID` goes on where a client left off',
  request: {
    query: z.strictObject({ after: sequence.optional() }),
    // Empty: of a client that has had no event with an id.
    headers: z.object({ 'last-event-id': z.union([z.literal(''), sequence]).optional() }),
  },
  responses: {
    200: { description: 'A stream of events.', content: { 'text/event-stream': { schema: z.string() } } },
  },
});

/** `/api/events`. */
export function eventRoutes({
  runtime,
  redactor,
  access,
}: Pick<HttpWorld, 'runtime' | 'redactor'> & { readonly access: Pick<Access, 'watch'> }) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  routes.openapi(stream, async (c) => {
    // Hono answers it by the stream without its body, which nobody would ever read or end.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
    const last = await runtime.journal.lastEvent();
    const { 'last-event-id': id = '' } = c.req.valid('header');
    const from = id === '' ? c.req.valid('query').after : id;
    // An id that has not come yet is of another journal, of which this one is an older copy: nothing would come for long.
    let after = Math.min(from ?? last, last);
    return streamSSE(c, async (sse) => {
      let wake = () => {};
      let news = false;
      let over = false;
      const told = () => {
        news = true;
        wake();
      };
      const end = () => {
        over = true;
        told();
      };
      const unsubscribe = runtime.bus.subscribe(told);
      const credentials = credentialsOf((name) => c.req.header(name));
      const unwatch = access.watch(credentials, 'read', end);
      // A stop must not wait for the next heartbeat.
      const states = runtime.root.subscribe(() => {
        if (runtime.state !== 'running') end();
      });
      sse.onAbort(end);
      try {
        while (!over && runtime.state === 'running') {
          news = false;
          const events = await runtime.journal.listEvents(after, batch);
          for (const event of events) {
            after = event.sequence;
            const data = redactedJson(redactor, JSON.stringify(eventView(event)));
            await sse.writeSSE({ id: String(event.sequence), event: event.type, data });
          }
          if (events.length === batch || news) continue;
          const woken = await within(
            runtime.clock,
            heartbeat,
            (late) =>
              new Promise<true>((resolve, reject) => {
                wake = () => resolve(true);
                late.addEventListener('abort', () => reject(late.reason));
              }),
          );
          if (woken === undefined) await sse.write(': alive\n\n');
        }
      } finally {
        unsubscribe();
        unwatch();
        states.unsubscribe();
      }
    });
  });
  return routes;
}
