// The routes of Hono: for people, their programs and their browsers.
import { Hono } from 'hono';
import { allowOrigins, guardLogin, guardOrigin } from './auth.ts';
import { refuseMethod } from './other-methods.ts';
import { problem } from './problem.ts';
import { inspectRoutes } from './routes/inspect.ts';
import { statusRoutes } from './routes/status.ts';
import { unexpected } from './unexpected.ts';
import type { HttpEnvironment, HttpWorld } from './world.ts';

/** What the server answers beside webhooks and probes. */
export function createApp(world: HttpWorld): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>();
  app.onError((thrown, c) => unexpected(c, world, thrown));
  app.route('/status', statusRoutes(world));
  app.use('/inspect/*', guardOrigin(world));
  app.route('/inspect', inspectRoutes(world));
  // The token stands behind a `#`, which the browser takes along.
  app.get('/inspect/', (c) => c.redirect('/inspect'));
  app.use('/api/*', guardOrigin(world), allowOrigins(world), guardLogin(world));
  // Loaded with the first request: what describes and validates the API weighs more than all other routes together.
  let api: Promise<Hono<HttpEnvironment>> | undefined;
  app.all('/api/*', async (c) => {
    api ??= import('./routes/api.ts').then(({ apiRoutes }) => apiRoutes(world));
    return (await api).fetch(c.req.raw, c.env);
  });
  app.all('*', async (c, next) => refuseMethod(app, c) ?? next());
  app.notFound((c) => {
    world.metrics?.webhookAnswered('', '', 404);
    return problem(c, 404, `Nothing is registered at ${c.req.path}.`);
  });
  return app;
}
