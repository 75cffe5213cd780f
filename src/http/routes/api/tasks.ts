import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Runtime } from '../../../runtime/runtime.ts';
import { Refusal } from '../../problem.ts';
import { deliveryUrl, deliveryView, eventView, pageView, taskView } from '../../views.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { conflict, describe, idParameter, jsonOf, notFound, overBudget } from './describe.ts';
import { refuseInvalid } from './invalid.ts';
import { deliveryShape, eventShape, pageOf, taskAttemptShape, taskQuery, taskShape } from './schemas.ts';
import { attemptsOf } from './task-attempts.ts';

const list = describe('/tasks', {
  method: 'get',
  summary: 'Tasks, newest first',
  request: { query: taskQuery },
  responses: { 200: jsonOf(pageOf(taskShape), 'A page of tasks.') },
});

const show = describe('/tasks/{id}', {
  method: 'get',
  summary: 'One task, with its attempts, events (the newest 1,000) and deliveries (the newest 200)',
  request: { params: idParameter },
  responses: {
    200: jsonOf(
      taskShape.extend({
        attempts: z.array(taskAttemptShape),
        events: z.array(eventShape),
        deliveries: z.array(deliveryShape),
      }),
      'The task.',
    ),
    ...notFound,
  },
});

// Strict, as all bodies are: an input that is spelled wrong would start a task without one.
const startBody = z.strictObject({ agent: z.string(), input: z.string().default('') });

const start = describe('/tasks', {
  method: 'post',
  summary: 'Start a task by hand',
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: startBody },
      },
    },
  },
  responses: { 201: jsonOf(taskShape, 'The task, as it was queued.'), ...notFound, ...overBudget },
});

const cancel = describe('/tasks/{id}/cancel', {
  method: 'post',
  summary: 'Cancel a task that waits or runs',
  request: { params: idParameter },
  responses: {
    202: jsonOf(
      z.object({ status: z.enum(['cancelled', 'cancelling']) }),
      'It is cancelled, or told to end.',
    ),
    ...notFound,
    ...conflict,
  },
});

const replay = describe('/tasks/{id}/replay', {
  method: 'post',
  summary: 'Start a new task with the input of this one',
  request: { params: idParameter },
  responses: { 201: jsonOf(taskShape, 'The new task.'), ...notFound, ...overBudget },
});

/** Deliveries that are shown with their task. */
const mostDeliveries = 200;

/** `/api/tasks`. */
export function taskRoutes({ runtime, vitals }: Pick<HttpWorld, 'runtime' | 'vitals'>) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  routes.openapi(list, async (c) => {
    const page = await runtime.journal.listTasks(c.req.valid('query'));
    return c.json(pageView(page, taskView), 200);
  });
  routes.openapi(show, async (c) => {
    const { id } = c.req.valid('param');
    const task = await runtime.journal.getTask(id);
    if (task === undefined) throw unknownTask(id);
    const [events, deliveries] = await Promise.all([
      runtime.journal.taskEvents(id),
      deliveriesOf(runtime, id),
    ]);
    const body = {
      ...taskView(task),
      attempts: attemptsOf(events),
      events: events.map(eventView),
      deliveries,
    };
    return c.json(body, 200);
  });
  routes.openapi(start, async (c) => {
    const { agent, input } = c.req.valid('json');
    vitals.assertTakesWork();
    return c.json(taskView(await runtime.operations.startTask(agent, input)), 201);
  });
  routes.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param');
    const outcome = await runtime.operations.cancelTask(id);
    if (outcome === 'unknown') throw unknownTask(id);
    if (outcome === 'over') throw new Refusal(409, `Task ${id} is over.`);
    return c.json({ status: outcome }, 202);
  });
  routes.openapi(replay, async (c) => {
    vitals.assertTakesWork();
    return c.json(taskView(await runtime.operations.replayTask(c.req.valid('param').id)), 201);
  });
  return routes;
}

/** The newest deliveries of a task, without their bodies: together these may fill many pages. */
async function deliveriesOf(runtime: Runtime, taskId: string) {
  const views: ReturnType<typeof deliveryView>[] = [];
  let cursor: string | undefined;
  do {
    const page = await runtime.journal.listDeliveries({
      taskId,
      limit: mostDeliveries - views.length,
      cursor,
    });
    views.push(...page.items.map((delivery) => deliveryView(delivery, deliveryUrl(runtime, delivery))));
    cursor = page.next;
  } while (cursor !== undefined && views.length < mostDeliveries);
  return views;
}

function unknownTask(id: string) {
  return new Refusal(404, `There is no task ${id}.`);
}
