// The webhook paths of the file: reads the call, hands it to its trigger, and turns the answer into a response.
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Span } from '../../core/trace.ts';
import { JournalUnavailable } from '../../journal/errors.ts';
import { isTerminal, type TaskRecord } from '../../journal/tasks.ts';
import type { Plan, WebhookPlan } from '../../plan/plan.ts';
import { headerData } from '../../templates/data.ts';
import type { WebhookAnswer } from '../../triggers/webhook-call.ts';
import type { WebhookRequest } from '../../triggers/webhook-input.ts';
import { credentialsOf } from '../access/credentials.ts';
import { BodyError, inflateBody, readBody } from '../body.ts';
import { callerAddress, matchesCidr } from '../client-address.ts';
import { observedCall } from '../observed-call.ts';
import { problem } from '../problem.ts';
import { within } from '../within.ts';
import type { HttpEnvironment, HttpWorld } from '../world.ts';
import { statusLink } from './status.ts';

type Call = Context<HttpEnvironment>;

export function webhookRoutes(world: HttpWorld) {
  const routes = new Hono<HttpEnvironment>();
  const doors = webhookDoors(() => world.runtime.plan);
  routes.all('*', async (c) => {
    const found = doors(c.req.path);
    const plan = found?.get(c.req.method);
    if (found === undefined) {
      world.metrics?.webhookAnswered('', '', 404);
      return problem(c, 404, `Nothing is registered at ${c.req.path}.`);
    }
    if (plan === undefined) {
      world.metrics?.webhookAnswered('', '', 405);
      return problem(c, 405, `${c.req.path} takes ${[...found.keys()].join(', ')}.`, {
        Allow: [...found.keys()].join(', '),
      });
    }
    const request = { method: c.req.method, traceparent: c.req.header('traceparent') };
    return observedCall(world, plan, request, (span) => take(c, world, plan, span));
  });
  return routes;
}

async function take(c: Call, world: HttpWorld, plan: WebhookPlan, span: Span): Promise<Response> {
  const { trouble } = world.vitals;
  if (trouble !== undefined) return unavailable(c, trouble);
  try {
    return await answer(c, world, plan, span);
  } catch (thrown) {
    // What is left of the body is not read, so the connection cannot be used again.
    if (thrown instanceof BodyError)
      return problem(c, thrown.status, thrown.message, { Connection: 'close' });
    if (thrown instanceof CallRefused) {
      const { agent, id: trigger } = plan;
      const { status, message: cause } = thrown;
      world.log.warn('call refused', { agent, trigger, cause, from: callerOf(c, world) });
      return status === 503 ? unavailable(c, 'logins cannot be checked') : unauthorized(c, status);
    }
    if (!(thrown instanceof JournalUnavailable)) throw thrown;
    world.vitals.report(thrown);
    return unavailable(c, 'the journal cannot write');
  }
}

/** Looks up a path's triggers by method, in a table that is made once for each plan. */
function webhookDoors(plan: () => Plan) {
  let made: Plan | undefined;
  let paths = new Map<string, Map<string, WebhookPlan>>();
  return (path: string) => {
    const current = plan();
    if (made !== current) {
      made = current;
      paths = new Map();
      for (const agent of current.agents.values()) {
        for (const trigger of agent.triggers) {
          if (trigger.type !== 'webhook' || !trigger.enabled) continue;
          const methods = paths.get(trigger.path) ?? new Map<string, WebhookPlan>();
          for (const method of trigger.methods) methods.set(method, trigger);
          paths.set(trigger.path, methods);
        }
      }
    }
    return paths.get(path);
  };
}

/** The call does not come so far as to be verified; the message is for the log. */
class CallRefused extends Error {
  readonly status: 401 | 403 | 503;

  constructor(status: 401 | 403 | 503, cause: string) {
    super(cause);
    this.status = status;
  }
}

const callerOf = (c: Call, { runtime }: HttpWorld) => callerAddress(c, runtime.plan.server);

async function answer(c: Call, world: HttpWorld, plan: WebhookPlan, span: Span): Promise<Response> {
  const answer = await world.runtime.call(plan.agent, plan.id, async () => {
    const from = () => callerOf(c, world);
    if (plan.allowIps.length > 0 && !matchesCidr(from(), plan.allowIps)) {
      throw new CallRefused(403, 'the address is not allowed');
    }
    const request = await readRequest(c, plan, from);
    await checkLogin(c, world, plan);
    return { ...request, traceparent: span.traceparent };
  });
  switch (answer.kind) {
    case 'accepted':
      span.set({ 'callboard.task.id': answer.task.id });
      return accepted(c, world, plan, answer);
    case 'skipped':
      return c.json({ status: 'skipped', reason: 'filtered' });
    case 'challenge':
      return c.text(answer.text);
    case 'unauthorized':
      return unauthorized(c, 401);
    case 'malformed':
      return problem(c, answer.status, world.redactor.text(answer.message));
    case 'limited':
      return problem(c, 429, 'Too many calls for this trigger.', {
        'Retry-After': String(Math.max(1, Math.ceil(answer.retryAfterMs / 1_000))),
      });
    case 'full':
      return unavailable(c, 'the queue is full');
    case 'paused':
      return unavailable(c, 'the trigger is paused');
  }
}

/** With `server.auth` a trigger that has no secret wants a login that may write, unless it is open on purpose. */
async function checkLogin(c: Call, { access }: HttpWorld, plan: WebhookPlan): Promise<void> {
  if (!access.wantsLogin || plan.verifier !== undefined || plan.auth === 'none') return;
  const verdict = await access.judge(
    credentialsOf((name) => c.req.header(name)),
    'write',
  );
  if (verdict.kind !== 'granted') {
    throw new CallRefused(verdict.kind === 'unavailable' ? 503 : 401, verdict.cause);
  }
}

async function readRequest(c: Call, plan: WebhookPlan, from: () => string): Promise<WebhookRequest> {
  const { incoming } = c.env;
  const raw: [string, string][] = [];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    raw.push([incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '']);
  }
  const headers = headerData(raw);
  const body = await readBody(incoming, {
    limit: plan.maxBody,
    contentLength: headers.get('content-length'),
  });
  const query = new Map<string, string>();
  for (const [name, value] of new URL(c.req.url).searchParams) if (!query.has(name)) query.set(name, value);
  return {
    method: c.req.method,
    headers,
    query,
    body,
    content: async () => inflateBody(body, headers.get('content-encoding'), plan.maxBody),
    from,
  };
}

async function accepted(
  c: Call,
  world: HttpWorld,
  plan: WebhookPlan,
  { task, duplicate }: Extract<WebhookAnswer, { kind: 'accepted' }>,
): Promise<Response> {
  const repeated = duplicate ? { duplicate: true } : {};
  if (plan.response.mode !== 'sync') {
    const body = { task_id: task.id, status: 'accepted', agent_name: task.agent, ...repeated };
    return c.json(body, 202, { Location: statusLink(world.token, task.id) });
  }
  const ended = await within(world.runtime.clock, plan.response.timeout, (signal) =>
    world.runtime.ended(task.id, signal),
  );
  if (ended === undefined) {
    const body = { status: 'timeout', agent_name: task.agent, task_id: task.id, ...repeated };
    return c.json(body, 504, { Location: statusLink(world.token, task.id) });
  }
  return json(c, world, ended.status === 'completed' ? 200 : 500, { ...syncBody(ended), ...repeated });
}

/** What a synchronous caller gets, and what a callback carries. */
function syncBody(task: TaskRecord) {
  const about = { agent_name: task.agent, task_id: task.id };
  if (task.status === 'completed') return { status: task.status, result: task.result ?? '', ...about };
  if (!isTerminal(task.status)) throw new Error(`task ${task.id} is not over`);
  return { status: task.status, error: task.error?.message ?? task.reason ?? '', ...about };
}

function json(c: Call, world: HttpWorld, status: ContentfulStatusCode, body: unknown): Response {
  return c.body(JSON.stringify(world.redactor.data(body)), status, { 'Content-Type': 'application/json' });
}

/** One body for every cause: a sender that may not call learns nothing of why. */
function unauthorized(c: Call, status: 401 | 403): Response {
  // Problem details without `status`, which would differ.
  const body = { type: 'about:blank', title: 'Not authorized', detail: 'The call could not be verified.' };
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
}

function unavailable(c: Call, why: string): Response {
  return problem(c, 503, `No new work is taken: ${why}.`, { 'Retry-After': '10' });
}
