// A path that is there, asked by a method that it does not take.
import type { Context, Hono } from 'hono';
import { problem } from './problem.ts';
import type { HttpEnvironment } from './world.ts';

/** 405 with `Allow` where `app` has a route at the path of the call; undefined where it has none. */
export function refuseMethod(app: Hono<HttpEnvironment>, c: Context): Response | undefined {
  const taken = ['GET', 'POST'].filter((method) =>
    // Guards stand at every path and for every method: they are no routes.
    app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  );
  if (taken.length === 0) return undefined;
  const allow = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return problem(c, 405, `${c.req.path} takes ${allow}.`, { Allow: allow });
}
