import { OpenAPIHono, z } from '@hono/zod-openapi';
import { Refusal } from '../../problem.ts';
import { deliveryUrl, deliveryView, pageView } from '../../views.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { conflict, describe, idParameter, jsonOf, notFound } from './describe.ts';
import { refuseInvalid } from './invalid.ts';
import { deliveryQuery, deliveryShape, pageOf } from './schemas.ts';

const list = describe('/deliveries', {
  method: 'get',
  summary: 'Deliveries, newest first; `status=dead` are the dead letters',
  request: { query: deliveryQuery },
  responses: { 200: jsonOf(pageOf(deliveryShape), 'A page of deliveries.') },
});

const show = describe('/deliveries/{id}', {
  method: 'get',
  summary: 'One delivery, with every attempt and its body',
  request: { params: idParameter },
  responses: { 200: jsonOf(deliveryShape.extend({ body: z.string() }), 'The delivery.'), ...notFound },
});

const replay = describe('/deliveries/{id}/replay', {
  method: 'post',
  summary: 'Send a dead delivery again, under its own id, attempts afresh',
  request: { params: idParameter },
  responses: { 202: jsonOf(deliveryShape, 'The delivery, as it waits.'), ...notFound, ...conflict },
});

const replayAll = describe('/deliveries/replay', {
  method: 'post',
  summary: 'Send again all dead deliveries that a filter finds',
  request: { query: deliveryQuery.pick({ agent: true, notification: true, task: true, since: true }) },
  responses: { 202: jsonOf(z.object({ replayed: z.number().int() }), 'How many start afresh.') },
});

/** `/api/deliveries`. */
export function deliveryRoutes({ runtime }: HttpWorld) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  const view = (delivery: Parameters<typeof deliveryView>[0]) =>
    deliveryView(delivery, deliveryUrl(runtime, delivery));
  routes.openapi(list, async (c) => {
    const { task, ...filter } = c.req.valid('query');
    return c.json(pageView(await runtime.journal.listDeliveries({ ...filter, taskId: task }), view), 200);
  });
  routes.openapi(replayAll, async (c) => {
    const { task, ...filter } = c.req.valid('query');
    return c.json({ replayed: await runtime.operations.replayDead({ ...filter, taskId: task }) }, 202);
  });
  routes.openapi(show, async (c) => {
    const { id } = c.req.valid('param');
    const delivery = await runtime.journal.getDelivery(id);
    if (delivery === undefined) throw new Refusal(404, `There is no delivery ${id}.`);
    return c.json({ ...view(delivery), body: delivery.body }, 200);
  });
  routes.openapi(replay, async (c) => {
    const { id } = c.req.valid('param');
    const delivery = await runtime.operations.replayDelivery(id);
    if (delivery !== undefined) return c.json(view(delivery), 202);
    const known = await runtime.journal.getDelivery(id);
    if (known === undefined) throw new Refusal(404, `There is no delivery ${id}.`);
    if (known.status === 'dead')
      throw new Refusal(409, `Delivery ${id} has nothing to send: ${known.reason}`);
    throw new Refusal(409, `Delivery ${id} is not dead; only dead letters are replayed.`);
  });
  return routes;
}
