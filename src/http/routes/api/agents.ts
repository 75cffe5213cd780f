import { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { describe, jsonOf } from './describe.ts';
import { refuseInvalid } from './invalid.ts';
import { agentShape, pageOf } from './schemas.ts';

const list = describe('/agents', {
  method: 'get',
  summary: 'The agents of the file, and how busy they are',
  responses: { 200: jsonOf(pageOf(agentShape), 'All of them, in the order of the file.') },
});

/** `/api/agents`. */
export function agentRoutes({ runtime }: HttpWorld) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  routes.openapi(list, async (c) => {
    const depths = new Map((await runtime.journal.queueDepths()).map((depth) => [depth.agent, depth]));
    const items = [...runtime.plan.agents.values()].map((plan) => ({
      name: plan.name,
      description: plan.description ?? null,
      type: plan.work.type,
      concurrency: plan.concurrency,
      waiting: depths.get(plan.name)?.waiting ?? 0,
      running: depths.get(plan.name)?.running ?? 0,
      triggers: plan.triggers.map(({ id }) => id),
      notifications: plan.notifications.map(({ id }) => id),
    }));
    return c.json({ items, next: null }, 200);
  });
  return routes;
}
