import { Hono } from 'hono';
import { guardWhereLogin } from '../auth.ts';
import type { HttpEnvironment, HttpWorld } from '../world.ts';

/** `/metrics`: open, unless logins are configured. Not there where the file switches metrics off. */
export function metricsRoutes(world: HttpWorld) {
  const routes = new Hono<HttpEnvironment>();
  const { metrics } = world;
  if (metrics === undefined) return routes;
  routes.get('/metrics', guardWhereLogin(world), async (c) => {
    const { type, text } = await metrics.page();
    return c.body(text, 200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  });
  return routes;
}
