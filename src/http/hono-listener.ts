import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HttpEnvironment } from './world.ts';

/** Routes of Hono as a listener of Node's own HTTP server. */
export function listenerOf(app: Hono<HttpEnvironment>): RequestListener {
  return getRequestListener(async (request, env) => {
    // HTTP/2 is not served, so both are of node:http.
    if (!('incoming' in env)) throw new Error('the server gave no bindings');
    return app.fetch(request, env as HttpEnvironment['Bindings']);
  });
}
