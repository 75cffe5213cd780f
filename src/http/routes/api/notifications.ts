import { OpenAPIHono, z } from '@hono/zod-openapi';
import { time, withoutCredentials } from '../../views.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { describe, jsonOf, notFound } from './describe.ts';
import { refuseInvalid } from './invalid.ts';
import { agentQuery, notificationShape, pageOf } from './schemas.ts';

const parameters = z.object({ agent: z.string(), id: z.string() });
const state = jsonOf(z.object({ state: z.enum(['paused', 'running']) }), 'Its new state.');

const list = describe('/notifications', {
  method: 'get',
  summary: 'The notifications of all agents, with the state of their breakers',
  request: { query: agentQuery },
  responses: { 200: jsonOf(pageOf(notificationShape), 'All of them, in the order of the file.') },
});

const pause = describe('/notifications/{agent}/{id}/pause', {
  method: 'post',
  summary: 'Pause a notification: its deliveries wait',
  request: { params: parameters },
  responses: { 200: state, ...notFound },
});

const resume = describe('/notifications/{agent}/{id}/resume', {
  method: 'post',
  summary: 'Resume a notification that was paused by hand or by a 410',
  request: { params: parameters },
  responses: { 200: state, ...notFound },
});

const test = describe('/notifications/{agent}/{id}/test', {
  method: 'post',
  summary: 'Send one sample delivery',
  request: { params: parameters },
  responses: { 202: jsonOf(z.object({ delivery_id: z.string() }), 'The delivery, under way.'), ...notFound },
});

/** `/api/notifications`. */
export function notificationRoutes({ runtime }: HttpWorld) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  routes.openapi(list, async (c) => {
    const { agent } = c.req.valid('query');
    const endpoints = new Map(
      (await runtime.journal.listEndpoints()).map((record) => [record.endpoint, record]),
    );
    const items = [...runtime.plan.agents.values()]
      .filter(({ name }) => agent === undefined || name === agent)
      .flatMap(({ notifications }) => notifications)
      .map((plan) => {
        const record = endpoints.get(plan.endpoint);
        return {
          agent: plan.agent,
          id: plan.id,
          type: plan.type,
          enabled: plan.enabled,
          url: withoutCredentials(plan.url),
          events: [...plan.events],
          breaker: record?.state ?? ('closed' as const),
          failures: record?.failures ?? 0,
          probe_at: time(record?.probeAt),
          paused: record?.paused ?? null,
        };
      });
    return c.json({ items, next: null }, 200);
  });
  const endpointOf = ({ agent, id }: z.infer<typeof parameters>) => `${agent}/${id}`;
  routes.openapi(pause, async (c) => {
    await runtime.operations.pauseNotification(endpointOf(c.req.valid('param')), true);
    return c.json({ state: 'paused' as const }, 200);
  });
  routes.openapi(resume, async (c) => {
    await runtime.operations.pauseNotification(endpointOf(c.req.valid('param')), false);
    return c.json({ state: 'running' as const }, 200);
  });
  routes.openapi(test, async (c) => {
    const id = await runtime.operations.testNotification(endpointOf(c.req.valid('param')));
    return c.json({ delivery_id: id }, 202);
  });
  return routes;
}
