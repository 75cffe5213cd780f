// The webhook paths of the file: reads the call, hands it to its trigger, and turns what becomes of it into an answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '../core/trace.ts';
import { JournalUnavailable } from '../journal/errors.ts';
import { isTerminal, type TaskRecord } from '../journal/tasks.ts';
import type { Plan, WebhookPlan } from '../plan/plan.ts';
import { headerData, queryData } from '../templates/data.ts';
import type { WebhookAnswer } from '../triggers/webhook-call.ts';
import type { WebhookRequest } from '../triggers/webhook-input.ts';
import { credentialsOf } from './access/credentials.ts';
import { type Answer, jsonAnswer, problemAnswer, sendAnswer } from './answer.ts';
import { BodyError, inflateBody, readBody } from './body.ts';
import { callerAddress, matchesCidr } from './client-address.ts';
import { observedCall } from './observed-call.ts';
import { statusLink } from './status-link.ts';
import { normalPath, plainPath } from './target.ts';
import { unexpectedAnswer } from './unexpected.ts';
import { within } from './within.ts';
import type { HttpWorld } from './world.ts';

/** A request with the trigger that it is for. */
interface Call {
  readonly incoming: IncomingMessage;
  readonly method: string;
  readonly plan: WebhookPlan;
}

/** What answers a call of a webhook of the file; undefined for a request of any other path. */
export function webhookCalls(world: HttpWorld) {
  const doors = webhookDoors(() => world.runtime.plan);
  return (incoming: IncomingMessage) => {
    const target = incoming.url ?? '/';
    const found = doors(plainPath(target)) ?? doors(normalPath(target));
    if (found === undefined) return undefined;
    return async (outgoing: ServerResponse): Promise<void> => {
      const answer = await answerRequest(incoming, world, found).catch((thrown) =>
        unexpectedAnswer(target, world, thrown),
      );
      sendAnswer(incoming, outgoing, answer);
    };
  };
}

async function answerRequest(
  incoming: IncomingMessage,
  world: HttpWorld,
  found: ReadonlyMap<string, WebhookPlan>,
): Promise<Answer> {
  const { method = '' } = incoming;
  const plan = found.get(method);
  if (plan === undefined) {
    world.metrics?.webhookAnswered('', '', 405);
    const methods = [...found.keys()].join(', ');
    return problemAnswer(405, `${normalPath(incoming.url ?? '/')} takes ${methods}.`, { Allow: methods });
  }
  const traceparent = incoming.headers.traceparent;
  const request = { method, traceparent: typeof traceparent === 'string' ? traceparent : undefined };
  return observedCall(world, plan, request, (span) => take({ incoming, method, plan }, world, span));
}

async function take(call: Call, world: HttpWorld, span: Span): Promise<Answer> {
  const { trouble } = world.vitals;
  if (trouble !== undefined) return unavailable(trouble);
  try {
    return await answerCall(call, world, span);
  } catch (thrown) {
    if (thrown instanceof BodyError) return problemAnswer(thrown.status, thrown.message);
    if (thrown instanceof CallRefused) {
      const { agent, id: trigger } = call.plan;
      const { status, message: cause } = thrown;
      world.log.warn('call refused', { agent, trigger, cause, from: callerOf(call, world) });
      return status === 503 ? unavailable('logins cannot be checked') : unauthorized(status);
    }
    if (!(thrown instanceof JournalUnavailable)) throw thrown;
    world.vitals.report(thrown);
    return unavailable('the journal cannot write');
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

const callerOf = ({ incoming }: Call, { runtime }: HttpWorld) => callerAddress(incoming, runtime.plan.server);

async function answerCall(call: Call, world: HttpWorld, span: Span): Promise<Answer> {
  const { plan } = call;
  const answer = await world.runtime.call(plan.agent, plan.id, async () => {
    const from = () => callerOf(call, world);
    if (plan.allowIps.length > 0 && !matchesCidr(from(), plan.allowIps)) {
      throw new CallRefused(403, 'the address is not allowed');
    }
    const request = await readRequest(call, from, span);
    await checkLogin(request, world, plan);
    return request;
  });
  switch (answer.kind) {
    case 'accepted':
      span.set({ 'callboard.task.id': answer.taskId });
      return accepted(world, plan, answer);
    case 'skipped':
      return jsonAnswer(200, { status: 'skipped', reason: 'filtered' });
    case 'challenge':
      return { status: 200, headers: { 'Content-Type': 'text/plain; charset=UTF-8' }, body: answer.text };
    case 'unauthorized':
      return unauthorized(401);
    case 'malformed':
      return problemAnswer(answer.status, world.redactor.text(answer.message));
    case 'limited':
      return problemAnswer(429, 'Too many calls for this trigger.', {
        'Retry-After': String(Math.max(1, Math.ceil(answer.retryAfterMs / 1_000))),
      });
    case 'full':
      return unavailable('the queue is full');
    case 'paused':
      return unavailable('the trigger is paused');
  }
}

/** With `server.auth` a trigger that has no secret wants a login that may write, unless it is open on purpose. */
async function checkLogin(
  { headers }: WebhookRequest,
  { access }: HttpWorld,
  plan: WebhookPlan,
): Promise<void> {
  if (!access.wantsLogin || plan.verifier !== undefined || plan.auth === 'none') return;
  const verdict = await access.judge(
    credentialsOf((name) => headers.get(name)),
    'write',
  );
  if (verdict.kind !== 'granted') {
    throw new CallRefused(verdict.kind === 'unavailable' ? 503 : 401, verdict.cause);
  }
}

async function readRequest(
  { incoming, method, plan }: Call,
  from: () => string,
  { traceparent }: Span,
): Promise<WebhookRequest> {
  const raw: [string, string][] = [];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    raw.push([incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '']);
  }
  const headers = headerData(raw);
  const body = await readBody(incoming, {
    limit: plan.maxBody,
    contentLength: headers.get('content-length'),
  });
  return {
    method,
    headers,
    query: queryOf(incoming.url ?? ''),
    body,
    content: async () => inflateBody(body, headers.get('content-encoding'), plan.maxBody),
    from,
    traceparent,
  };
}

function queryOf(target: string): ReadonlyMap<string, string> {
  const start = target.indexOf('?');
  return queryData(start === -1 ? [] : new URLSearchParams(target.slice(start + 1)));
}

async function accepted(
  world: HttpWorld,
  plan: WebhookPlan,
  { taskId, duplicate }: Extract<WebhookAnswer, { kind: 'accepted' }>,
): Promise<Answer> {
  const repeated = duplicate ? { duplicate: true } : {};
  if (plan.response.mode !== 'sync') {
    const body = { task_id: taskId, status: 'accepted', agent_name: plan.agent, ...repeated };
    return jsonAnswer(202, body, { Location: statusLink(world.token(), taskId) });
  }
  const ended = await within(world.runtime.clock, plan.response.timeout, (signal) =>
    world.runtime.ended(taskId, signal),
  );
  if (ended === undefined) {
    const body = { status: 'timeout', agent_name: plan.agent, task_id: taskId, ...repeated };
    return jsonAnswer(504, body, { Location: statusLink(world.token(), taskId) });
  }
  return jsonAnswer(ended.status === 'completed' ? 200 : 500, { ...syncBody(ended, world), ...repeated });
}

/** What a synchronous caller gets, and what a callback carries. */
function syncBody(task: TaskRecord, { redactor }: Pick<HttpWorld, 'redactor'>) {
  const about = { agent_name: task.agent, task_id: task.id };
  if (task.status === 'completed')
    return { status: task.status, result: redactor.text(task.result ?? ''), ...about };
  if (!isTerminal(task.status)) throw new Error(`task ${task.id} is not over`);
  const error = redactor.text(task.error?.message ?? task.reason ?? '');
  return { status: task.status, error, ...about };
}

/** One body for every cause: a sender that may not call learns nothing of why. */
function unauthorized(status: 401 | 403): Answer {
  // Problem details without `status`, which would differ.
  const body = { type: 'about:blank', title: 'Not authorized', detail: 'The call could not be verified.' };
  return jsonAnswer(status, body, { 'Content-Type': 'application/problem+json' });
}

function unavailable(why: string): Answer {
  return problemAnswer(503, `No new work is taken: ${why}.`, { 'Retry-After': '10' });
}
