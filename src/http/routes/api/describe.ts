// How a route of the API is described, once for all of them.
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { problem } from '../../problem.ts';
import type { HttpEnvironment } from '../../world.ts';
import { problemShape } from './schemas.ts';

const problemContent = { 'application/problem+json': { schema: problemShape } };

/** The refusals that any route may answer with. */
const refusals = {
  400: { description: 'The request does not fit the schema.', content: problemContent },
  401: { description: 'The token is missing or wrong.', content: problemContent },
  403: { description: 'The token may not do this, or the origin is foreign.', content: problemContent },
  413: { description: 'The body is longer than `limits.max_body`.', content: problemContent },
  415: { description: 'The body is no JSON by its content type.', content: problemContent },
  503: {
    description: 'It cannot be done now; `Retry-After` says when to ask again.',
    content: problemContent,
  },
};

export const notFound = { 404: { description: 'There is no such thing.', content: problemContent } };
export const overBudget = {
  429: { description: 'The agent has had its tasks of this hour.', content: problemContent },
};
export const conflict = { 409: { description: 'It cannot be done in this state.', content: problemContent } };

/** An answer of JSON. */
export const jsonOf = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const idParameter = z.object({ id: z.string() });

/** For routes that describe no query: one that was misspelled would go unnoticed. */
const refuseQuery: MiddlewareHandler<HttpEnvironment> = async (c, next) => {
  const [name] = Object.keys(c.req.query());
  if (name === undefined) return next();
  return problem(c, 400, `It takes no query, and ${JSON.stringify(name)} was sent.`);
};

/** A route with the refusals that they all share; without a query of its own it takes none. */
export function describe<Path extends string, Config extends Omit<RouteConfig, 'path'>>(
  path: Path,
  config: Config,
) {
  return createRoute({
    path,
    security: [{ bearer: [] }],
    ...config,
    middleware: config.request?.query === undefined ? [refuseQuery] : [],
    responses: { ...refusals, ...config.responses },
  });
}
