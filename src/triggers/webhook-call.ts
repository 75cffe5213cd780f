// What happens to a call once its door let it in: the checks of the contract in their order, each with its
// answer, then the commit. Nothing here knows of HTTP servers; the route turns answers into responses.
import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { CallboardEvent, SkipReason } from '../core/events.ts';
import { errorMessage } from '../core/failure.ts';
import type { IdSource } from '../core/ids.ts';
import type { Journal } from '../journal/journal.ts';
import type { WebhookPlan } from '../plan/plan.ts';
import type { Verification } from '../signatures/signature.ts';
import { readPath } from '../templates/fields.ts';
import type { Template, TemplateData } from '../templates/template.ts';
import { deliveryId, type ParsedBody, parseBody, slackChallenge } from './webhook-body.ts';
import { letsRun, type WebhookRequest, webhookInput, webhookTemplateData } from './webhook-input.ts';

export type WebhookAnswer =
  | { readonly kind: 'accepted'; readonly taskId: string; readonly duplicate: boolean }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'malformed'; readonly status: 400 | 413 | 415; readonly message: string };

export interface WebhookWorld {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly publish: (event: CallboardEvent) => void;
  /** Rows of this agent became claimable, or due at `dueAt`. */
  readonly wake: (agent: string, dueAt: number | undefined) => void;
  readonly cancel: (agent: string, taskId: string, reason: string) => void;
  readonly queueLimit: () => number;
  readonly tasksPerHour: (agent: string) => number | undefined;
  /** Why a callback may not go to this URL; undefined when it may. */
  readonly refuseCallback: (url: string, hosts: readonly string[] | undefined) => string | undefined;
  /** For the log alone: why a call was refused. */
  readonly note: (plan: WebhookPlan, what: string, details: Record<string, unknown>) => void;
}

/** Deals with one call of a webhook whose body has been read whole. */
export async function answerCall(
  plan: WebhookPlan,
  request: WebhookRequest,
  world: WebhookWorld,
): Promise<WebhookAnswer> {
  const now = world.clock.now();
  let verification: Verification | undefined;
  if (plan.verifier !== undefined) {
    verification = plan.verifier.verify(
      { header: (name) => request.headers.get(name), body: request.body },
      now,
    );
    if (!verification.verified) {
      world.note(plan, 'signature refused', { cause: verification.cause, from: request.from() });
      return { kind: 'unauthorized' };
    }
  }
  const parsed = await parse(request);
  if ('message' in parsed) return { kind: 'malformed', status: parsed.status, message: parsed.message };
  const challenge = slackChallenge(parsed);
  if (
    challenge !== undefined &&
    (plan.scheme === 'slack' || request.headers.get('x-slack-signature') !== undefined)
  ) {
    return { kind: 'challenge', text: challenge };
  }
  try {
    return await admit(plan, request, parsed, verification, world, now);
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
    world.note(plan, 'call refused', { cause: thrown.message, from: request.from() });
    return { kind: 'malformed', status: 400, message: thrown.message };
  }
}

/** Turns away a call whose trigger is paused, and records it. */
export async function refusePaused(
  { agent, id: trigger }: WebhookPlan,
  { journal, clock, publish }: Pick<WebhookWorld, 'journal' | 'clock' | 'publish'>,
): Promise<WebhookAnswer> {
  const at = clock.now();
  await journal.skip({ agent, trigger, reason: 'paused', at });
  publish({ type: 'trigger.skipped', agent, trigger, reason: 'paused', at });
  return { kind: 'paused' };
}

type Unreadable = { readonly status: 400 | 413 | 415; readonly message: string };

async function parse(request: WebhookRequest): Promise<ParsedBody | Unreadable> {
  try {
    return parseBody(await request.content(), request.headers.get('content-type'));
  } catch (thrown) {
    // Inflating and parsing say by themselves which status they mean.
    const status = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined;
    if (status !== 400 && status !== 413 && status !== 415) throw thrown;
    return { status, message: errorMessage(thrown) };
  }
}

async function admit(
  plan: WebhookPlan,
  request: WebhookRequest,
  body: ParsedBody,
  verification: Verification | undefined,
  world: WebhookWorld,
  now: number,
): Promise<WebhookAnswer> {
  const { journal } = world;
  const { agent, id: trigger } = plan;
  // Made when the first template asks: many triggers have none.
  let made: TemplateData | undefined;
  const data = () => {
    made ??= webhookTemplateData(plan, request, body);
    return made;
  };
  const repeat = repeatKeys(plan, request, body, verification, data);
  const hourly = world.tasksPerHour(agent);
  if (repeat.length > 0 && hasMoreToAsk(plan, hourly)) {
    const first = await journal.findRepeat(agent, trigger, repeat, now);
    if (first !== undefined) {
      await skip('duplicate', first);
      return { kind: 'accepted', taskId: first, duplicate: true };
    }
  }
  if (plan.when !== undefined && !letsRun(rendered(plan.when, data, 'when'))) {
    await skip('filtered');
    return { kind: 'skipped' };
  }
  // Before templates are rendered: what is over a limit is told so, whatever else may be wrong with it.
  const wait = plan.rateLimit === undefined ? 0 : await journal.peekRate(agent, trigger, plan.rateLimit, now);
  // A call that joins a waiting task is not one more: which it is the commit tells.
  const asksHour = hourly !== undefined && wait === 0 && plan.coalesce === undefined;
  const hour = asksHour ? await journal.peekHour(agent, hourly, now) : 0;
  if (wait > 0 || hour > 0) {
    await skip(wait > 0 ? 'rate_limited' : 'budget');
    return { kind: 'limited', retryAfterMs: Math.max(wait, hour) };
  }
  const callbackUrl = callbackOf(plan, data, world);
  const key = plan.concurrencyKey && keyOf(plan.concurrencyKey, data, 'concurrency_key');
  const coalesceKey = plan.coalesce && keyOf(plan.coalesce.key, data, 'coalesce.key');
  const coalesce =
    plan.coalesce === undefined || coalesceKey === undefined
      ? undefined
      : { key: bounded(coalesceKey), dueAt: now + plan.coalesce.window };
  // Only a template tells the calls apart by their number. Without one they share a commit, however many come at once.
  const isCounted = coalesce !== undefined && plan.input.template !== undefined;
  let count = isCounted ? await journal.coalesceCount(agent, trigger, coalesce.key, now) : 0;
  for (;;) {
    const joined = count + 1;
    const input = attempted(
      () => webhookInput(plan, body, () => ({ ...data(), count: joined })),
      'webhook_input',
    );
    const taskId = world.ids.task('webhook', agent);
    const result = await journal.admitTask({
      task: {
        id: taskId,
        agent,
        trigger,
        triggerType: 'webhook',
        input,
        createdAt: now,
        dueAt: coalesce?.dueAt,
        group: key === undefined ? undefined : `key:${bounded(key)}`,
        callbackUrl,
        traceparent: request.traceparent,
      },
      queueLimit: world.queueLimit(),
      repeat:
        repeat.length === 0 || plan.dedupe === 'off'
          ? undefined
          : { keys: repeat, until: now + plan.dedupe.window },
      rate: plan.rateLimit,
      hourly,
      coalesce: coalesce && { key: coalesce.key, count: isCounted ? count : undefined },
    });
    switch (result.outcome) {
      case 'admitted':
        world.publish({ type: 'task.queued', taskId, agent, trigger, at: now });
        world.wake(agent, result.ready ? undefined : coalesce?.dueAt);
        return { kind: 'accepted', taskId, duplicate: false };
      case 'coalesced':
        tell('coalesced');
        return { kind: 'accepted', taskId: result.taskId, duplicate: false };
      case 'stale':
        // Another call joined in between: the template must see the count that is true now.
        count = result.count;
        continue;
      case 'duplicate':
        tell('duplicate');
        world.note(plan, 'repeat', { task: result.taskId });
        return { kind: 'accepted', taskId: result.taskId, duplicate: true };
      case 'rate_limited':
      case 'budget':
        tell(result.outcome);
        return { kind: 'limited', retryAfterMs: result.retryAfterMs };
      case 'queue_full':
        return { kind: 'full' };
      case 'instant_taken':
      case 'overlap':
      case 'displaces':
        throw new Error(`a webhook call was answered with "${result.outcome}", which is for schedules`);
    }
  }

  async function skip(reason: SkipReason, taskId?: string): Promise<void> {
    await journal.skip({ agent, trigger, reason, at: now });
    tell(reason);
    if (taskId !== undefined) world.note(plan, 'repeat', { task: taskId });
  }

  function tell(reason: SkipReason): void {
    world.publish({ type: 'trigger.skipped', agent, trigger, reason, at: now });
  }
}

/**
 * Whether something but a full queue may turn a call away, or is made of it before its commit. A repeat must be known
 * before that; else its commit finds it soon enough, and the journal is asked once in place of twice.
 */
function hasMoreToAsk(plan: WebhookPlan, hourly: number | undefined): boolean {
  const { when, rateLimit, concurrencyKey, coalesce, input, response } = plan;
  return (
    [when, rateLimit, concurrencyKey, coalesce, input.template, hourly].some((it) => it !== undefined) ||
    response.mode === 'callback'
  );
}

/** The call cannot be used; the sender is told why. */
class Malformed extends Error {}

const rendered = (template: Template, data: () => TemplateData, what: string): string =>
  attempted(() => template.render(data()), what);

function attempted(render: () => string, what: string): string {
  try {
    return render();
  } catch (thrown) {
    throw new Malformed(`the template of ${what} failed: ${errorMessage(thrown)}`, { cause: thrown });
  }
}

/**
 * What a template makes a key of. None where it comes out empty, or a part of it is not there, which Go prints as
 * `<no value>`: two calls that lack the field have nothing in common.
 */
function keyOf(template: Template, data: () => TemplateData, what: string): string | undefined {
  const key = rendered(template, data, what).trim();
  return key === '' || key.includes('<no value>') ? undefined : key;
}

/** What makes a call a repeat of another one; empty where nothing tells. */
function repeatKeys(
  plan: WebhookPlan,
  request: WebhookRequest,
  body: ParsedBody,
  verification: Verification | undefined,
  data: () => TemplateData,
): readonly string[] {
  if (plan.dedupe === 'off') return [];
  if (plan.dedupe.key !== undefined) {
    const key = keyOf(plan.dedupe.key, data, 'dedupe.key');
    return key === undefined ? [] : [`key:${bounded(key)}`];
  }
  const verified = verification?.verified === true ? verification : undefined;
  const id =
    verified?.signedId ??
    deliveryId(plan.scheme ?? verified?.scheme, (name) => request.headers.get(name), body);
  const keys = id === undefined ? [] : [`id:${bounded(id)}`];
  // GitHub and Shopify do not sign the id: whoever replays a call can give it another one, but not another signature.
  if (verified?.scheme === 'github' || verified?.scheme === 'shopify')
    keys.push(`signature:${verified.signature}`);
  return keys;
}

/** Keys come from outside; a long one is kept as its hash, and so is one with halves of characters, which UTF-8 has not. */
function bounded(key: string): string {
  if (key.length <= 200 && !/\p{Surrogate}/u.test(key)) return key;
  return `sha256:${createHash('sha256').update(key, 'utf16le').digest('hex')}`;
}

function callbackOf(plan: WebhookPlan, data: () => TemplateData, world: WebhookWorld): string | undefined {
  if (plan.response.mode !== 'callback') return undefined;
  const { callbackUrl, callbackField, callbackHosts } = plan.response;
  if (callbackUrl !== undefined) return callbackUrl;
  const value = callbackField === undefined ? undefined : readPath(data(), callbackField);
  if (typeof value !== 'string' || value === '') {
    throw new Malformed(`the body has no callback URL in "${callbackField}"`);
  }
  const refusal = world.refuseCallback(value, callbackHosts);
  if (refusal !== undefined) throw new Malformed(`the callback URL is refused: ${refusal}`);
  return value;
}
