// `/api`: what an operator sees and does. Every route is described by the schemas that validate it.
import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { Failure } from '../../core/failure.ts';
import { redactedJson } from '../../core/redacted-json.ts';
import { version } from '../../core/version.ts';
import { InvalidCursor } from '../../journal/errors.ts';
import { NotAdmitted } from '../../runtime/operations.ts';
import { refuseMethod } from '../other-methods.ts';
import { problem, Refusal } from '../problem.ts';
import { unexpected } from '../unexpected.ts';
import type { HttpEnvironment, HttpWorld } from '../world.ts';
import { agentRoutes } from './api/agents.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { eventRoutes } from './api/events.ts';
import { refuseInvalid } from './api/invalid.ts';
import { notificationRoutes } from './api/notifications.ts';
import { refuseTooEarly, retryLater } from './api/readiness.ts';
import { taskRoutes } from './api/tasks.ts';
import { triggerRoutes } from './api/triggers.ts';

/** All of `/api`, its own prefix included. */
export function apiRoutes(world: HttpWorld) {
  const api = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  api.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    // What agents and receivers said may repeat a secret, also in a problem's detail; the API's own description cannot.
    if (c.req.path.endsWith('/openapi.json')) return;
    if (/^application\/(?:problem\+)?json/.test(c.res.headers.get('content-type') ?? '')) {
      const headers = new Headers(c.res.headers);
      headers.delete('content-length');
      c.res = new Response(redactedJson(world.redactor, await c.res.text()), {
        status: c.res.status,
        headers,
      });
    }
  });
  api.use(refuseTooEarly(world));
  api.use((c, next) => {
    const { maxBody: maxSize } = world.runtime.plan.limits;
    // What is left of the body is not read, so the connection cannot be used again.
    const close = { Connection: 'close' };
    const onError = () =>
      problem(c, 413, `The body is longer than limits.max_body: ${maxSize} bytes.`, close);
    return bodyLimit({ maxSize, onError })(c, next);
  });
  api.onError((thrown, c) => {
    if (thrown instanceof InvalidCursor) return problem(c, 400, thrown.message);
    // Of the library: a body that is no JSON, or of another content type.
    if (thrown instanceof HTTPException && thrown.status === 415)
      return problem(c, 415, 'A body is taken as JSON, with Content-Type: application/json.');
    if (thrown instanceof HTTPException) return problem(c, thrown.status, `${thrown.message}.`);
    if (thrown instanceof Refusal) {
      return problem(c, thrown.status, thrown.message, thrown.status === 503 ? retryLater : {});
    }
    if (!(thrown instanceof Failure)) return unexpected(c, world, thrown);
    if (thrown.code.startsWith('unknown_')) return problem(c, 404, thrown.message);
    if (!thrown.retryable) return problem(c, 409, thrown.message);
    const wait = thrown instanceof NotAdmitted ? thrown.retryAfterMs : undefined;
    if (wait === undefined) return problem(c, 503, thrown.message, retryLater);
    return problem(c, 429, thrown.message, { 'Retry-After': String(Math.max(1, Math.ceil(wait / 1_000))) });
  });
  for (const routes of [
    taskRoutes,
    deliveryRoutes,
    agentRoutes,
    triggerRoutes,
    notificationRoutes,
    eventRoutes,
  ]) {
    api.route('/', routes(world));
  }
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Callboard', version, description: 'What runs, what ran, and what became of it.' },
    servers: [{ url: '/api' }],
  });
  const mounted = new Hono<HttpEnvironment>().route('/api', api);
  mounted.notFound(
    (c) =>
      refuseMethod(mounted, c) ??
      problem(c, 404, `There is no ${c.req.path} in the API; /api/openapi.json tells what there is.`),
  );
  return mounted;
}
