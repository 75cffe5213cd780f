import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Answer, problemAnswer } from './answer.ts';
import type { HttpEnvironment } from './world.ts';

/** Routes of Hono as a listener of Node's own HTTP server. `failed` answers where they cannot. */
export function listenerOf(app: Hono<HttpEnvironment>, failed: (thrown: unknown) => Answer): RequestListener {
  return getRequestListener(
    async (request, env) => {
      // HTTP/2 is not served, so both are of node:http.
      if (!('incoming' in env)) throw new Error('the server gave no bindings');
      return app.fetch(request, env as HttpEnvironment['Bindings']);
    },
    {
      // Of clients that speak HTTP/1.0 and name no host.
      hostname: 'localhost',
      errorHandler: (thrown) => {
        const { status, headers, body } =
          thrown instanceof RequestError
            ? problemAnswer(400, `The request cannot be read: ${thrown.message}.`)
            : failed(thrown);
        return new Response(body, { status, headers });
      },
    },
  );
}
