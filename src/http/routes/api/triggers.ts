import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { TriggerPlan } from '../../../plan/plan.ts';
import { pageView, skipView, taskView, time } from '../../views.ts';
import type { HttpEnvironment, HttpWorld } from '../../world.ts';
import { conflict, describe, jsonOf, notFound, overBudget } from './describe.ts';
import { refuseInvalid } from './invalid.ts';
import { agentQuery, pageOf, skipQuery, skipShape, taskShape, triggerShape } from './schemas.ts';

const triggerParameters = z.object({ agent: z.string(), id: z.string() });
const state = jsonOf(z.object({ state: z.string() }), 'Its new state, as the list of triggers tells it.');

const list = describe('/triggers', {
  method: 'get',
  summary: 'The triggers of all agents, with their state and next instant',
  request: { query: agentQuery },
  responses: { 200: jsonOf(pageOf(triggerShape), 'All of them, in the order of the file.') },
});

const pause = describe('/triggers/{agent}/{id}/pause', {
  method: 'post',
  summary: 'Pause a trigger: calls are turned away, instants are recorded as paused',
  request: { params: triggerParameters },
  responses: { 200: state, ...notFound, ...conflict },
});

const resume = describe('/triggers/{agent}/{id}/resume', {
  method: 'post',
  summary: 'Resume a paused trigger',
  request: { params: triggerParameters },
  responses: { 200: state, ...notFound, ...conflict },
});

const fire = describe('/triggers/{agent}/{id}/fire', {
  method: 'post',
  summary: 'Fire a trigger by hand',
  request: {
    params: triggerParameters,
    body: { content: { 'application/json': { schema: z.strictObject({ input: z.string().optional() }) } } },
  },
  responses: {
    201: jsonOf(taskShape, 'The task, as it was queued.'),
    ...notFound,
    ...conflict,
    ...overBudget,
  },
});

const skips = describe('/skips', {
  method: 'get',
  summary: 'What did not run, and why',
  request: { query: skipQuery },
  responses: { 200: jsonOf(pageOf(skipShape), 'A page of records.') },
});

/** `/api/triggers` and `/api/skips`. */
export function triggerRoutes({ runtime, vitals }: HttpWorld) {
  const routes = new OpenAPIHono<HttpEnvironment>({ defaultHook: refuseInvalid });
  const view = (plan: TriggerPlan) => {
    const schedule = plan.type === 'schedule' ? plan : undefined;
    const webhook = plan.type === 'webhook' ? plan : undefined;
    return {
      agent: plan.agent,
      id: plan.id,
      type: plan.type,
      enabled: plan.enabled,
      state: runtime.triggerState(plan.agent, plan.id),
      schedule: schedule?.source ?? null,
      words: schedule?.calendar.words ?? null,
      timezone: schedule?.calendar.timezone ?? null,
      next_at: plan.enabled ? time(schedule?.calendar.next(runtime.clock.now())?.at) : null,
      path: webhook?.path ?? null,
      methods: webhook === undefined ? null : [...webhook.methods],
    };
  };
  routes.openapi(list, (c) => {
    const { agent } = c.req.valid('query');
    const items = [...runtime.plan.agents.values()]
      .filter(({ name }) => agent === undefined || name === agent)
      .flatMap(({ triggers }) => triggers.map(view));
    return c.json({ items, next: null }, 200);
  });
  routes.openapi(pause, async (c) => {
    const { agent, id } = c.req.valid('param');
    await runtime.operations.pauseTrigger(agent, id, true);
    return c.json({ state: 'paused' }, 200);
  });
  routes.openapi(resume, async (c) => {
    const { agent, id } = c.req.valid('param');
    await runtime.operations.pauseTrigger(agent, id, false);
    return c.json({ state: runtime.triggerState(agent, id) }, 200);
  });
  routes.openapi(fire, async (c) => {
    const { agent, id } = c.req.valid('param');
    vitals.assertTakesWork();
    return c.json(taskView(await runtime.operations.fireTrigger(agent, id, c.req.valid('json').input)), 201);
  });
  routes.openapi(skips, async (c) =>
    c.json(pageView(await runtime.journal.listSkips(c.req.valid('query')), skipView), 200),
  );
  return routes;
}
