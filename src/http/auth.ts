// Guards of routes: who is let through, and what the others are told.
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Verdict } from './access/access.ts';
import { credentialsOf } from './access/credentials.ts';
import type { Scope } from './access/scope.ts';
import { callerAddress } from './client-address.ts';
import { isForeign } from './origin.ts';
import { problem } from './problem.ts';
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
    const scope = c.req.method === 'GET' || c.req.method === 'HEAD' ? 'read' : 'write';
    const verdict = await world.access.judge(
      credentialsOf((name) => c.req.header(name)),
      scope,
    );
    if (verdict.kind === 'granted') return next();
    const { cause } = verdict;
    const from = callerAddress(c.env.incoming, world.runtime.plan.server);
    world.log.warn('request refused', { path: c.req.path, method: c.req.method, cause, from });
    return refuse(c, verdict, scope, world.access.wantsLogin);
  };
}

/** The same for what is open without `server.auth`: `/metrics`. */
export function guardWhereLogin(world: HttpWorld): Guard {
  const guard = guardLogin(world);
  return (c, next) => (world.access.wantsLogin ? guard(c, next) : next());
}

function refuse(
  c: Context,
  { kind }: Exclude<Verdict, { kind: 'granted' }>,
  scope: Scope,
  wantsLogin: boolean,
): Response {
  switch (kind) {
    case 'unavailable':
      return problem(c, 503, 'The keys that sign tokens cannot be had now; the log says why.', {
        'Retry-After': '5',
      });
    case 'forbidden':
      return problem(c, 403, `This login has not the scope "${scope}", which ${c.req.method} needs.`, {
        'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
      });
    case 'refused':
      return problem(
        c,
        401,
        wantsLogin
          ? 'Send a token of the issuer or an API key as "Authorization: Bearer …" (commands: --token). The log says what was wrong with one.'
          : 'Send the token of the data folder (api-token) as "Authorization: Bearer …".',
        { 'WWW-Authenticate': 'Bearer' },
      );
  }
}
