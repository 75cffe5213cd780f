// Guards of routes: who is let through, and what the others are told.
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { loginRefusal } from './login.ts';
import { isForeign } from './origin.ts';
import { problem, respond } from './problem.ts';
import type { HttpEnvironment, HttpWorld } from './world.ts';

type Guard = MiddlewareHandler<HttpEnvironment>;

/** Turns away pages of other origins than the server's own and those of `server.cors.origins`. */
export function guardOrigin({ runtime }: HttpWorld): Guard {
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin !== undefined && isForeign(origin, new URL(c.req.url).host, runtime.plan.server)) {
      return problem(
        c,
        403,
        `Requests from the origin ${origin} are refused; server.cors.origins lists others.`,
      );
    }
    return next();
  };
}

/** Tells browsers what the pages of `server.cors.origins` may send. Behind {@linkcode guardOrigin}: the rest never comes here. */
export function allowOrigins({ runtime }: HttpWorld): Guard {
  return cors({
    origin: (origin) => (runtime.plan.server.corsOrigins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type', 'Last-Event-ID', 'X-API-Key'],
    exposeHeaders: ['Retry-After', 'WWW-Authenticate'],
    maxAge: 600,
  });
}

/** Lets through who may: to look with `read`, to start or change something with `write`. */
export function guardLogin(world: HttpWorld): Guard {
  return async (c, next) => {
    const refusal = await loginRefusal(world, c.env.incoming);
    return refusal === undefined ? next() : respond(c, refusal);
  };
}
