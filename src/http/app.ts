// The HTTP face: which routes there are, and who may use them.
import { Hono } from 'hono';
import { JournalUnavailable } from '../journal/journal.ts';
import { allowOrigins, guardLogin, guardOrigin } from './auth.ts';
import { problem } from './problem.ts';
import { healthRoutes } from './routes/health.ts';
import { inspectRoutes } from './routes/inspect.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { statusRoutes } from './routes/status.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import type { HttpEnvironment, HttpWorld } from './world.ts';

/** The whole application; `app.fetch` needs Node's request and response as bindings, as `@hono/node-server` gives them. */
export function createApp(world: HttpWorld): Hono<HttpEnvironment> {
  const app = new Hono<HttpEnvironment>();
  app.onError((thrown, c) => {
    if (thrown instanceof JournalUnavailable) {
      world.vitals.report(thrown);
      return problem(c, 503, thrown.message, { 'Retry-After': '5' });
    }
    world.log.error('a request failed', { path: c.req.path, error: world.redactor.text(String(thrown)) });
    return problem(c, 500, 'The request failed; the log says why.');
  });
  app.route('/', healthRoutes(world));
  app.route('/', metricsRoutes(world));
  app.route('/status', statusRoutes(world));
  app.use('/inspect/*', guardOrigin(world));
  app.route('/inspect', inspectRoutes());
  app.use('/api/*', guardOrigin(world), allowOrigins(world), guardLogin(world));
  // Loaded with the first request: what describes and validates the API weighs more than all other routes together.
  let api: Promise<Hono<HttpEnvironment>> | undefined;
  app.all('/api/*', async (c) => {
    api ??= import('./routes/api.ts').then(({ apiRoutes }) => apiRoutes(world));
    return (await api).fetch(c.req.raw, c.env);
  });
  // Last: their paths are the file's.
  app.route('/', webhookRoutes(world));
  return app;
}
