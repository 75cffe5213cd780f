// `callboard render`: what an agent would be told, and what a notification would send, without running anything.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type NotificationEvent, notificationEvents } from '../../core/events.ts';
import { errorMessage } from '../../core/failure.ts';
import { issuesLine } from '../../core/issues-line.ts';
import { renderBody } from '../../notifications/payload.ts';
import type { AgentPlan, WebhookPlan } from '../../plan/plan.ts';
import { scheduleInput } from '../../plan/schedule-input.ts';
import { headerData, queryData } from '../../templates/data.ts';
import type { TemplateData } from '../../templates/template.ts';
import { parseBody } from '../../triggers/webhook-body.ts';
import { letsRun, webhookInput, webhookTemplateData } from '../../triggers/webhook-input.ts';
import type { Io } from '../io.ts';
import { readPlan } from '../read-plan.ts';
import { visibleText } from '../visible.ts';

export interface RenderOptions {
  readonly file?: string | undefined;
  readonly agent: string;
  /** Default: the agent's only trigger, or the only webhook where there is a payload. */
  readonly trigger?: string | undefined;
  /** A file with the body of the call; `-` is standard input; none: an empty body. */
  readonly payload?: string | undefined;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  /** `name=value` each. */
  readonly query: readonly string[];
  readonly notification?: string | undefined;
  readonly event?: NotificationEvent | undefined;
  /** JSON of what happened: `result`, `error`, `input`, `task_id`, `timestamp`, `attempt`, `trigger`. */
  readonly data?: string | undefined;
  readonly envFile?: string | undefined;
}

/** What cannot be rendered; the message is for people. */
class RenderError extends Error {}

/** Standard output is the text alone; whatever is wrong goes to standard error, with exit code 2. */
export async function render(options: RenderOptions, io: Io): Promise<number> {
  const read = await readPlan(options, io);
  if (read === undefined) return 2;
  const { plan } = read;
  try {
    const agent = plan.agents.get(options.agent);
    if (agent === undefined)
      throw new RenderError(`there is no agent "${options.agent}"; ${listed('agents', plan.agents.keys())}`);
    const text =
      options.notification === undefined ? inputOf(agent, options, io) : bodyOf(agent, options, io);
    io.stdout.write(io.isTerminal ? visibleText(text) : text);
    return 0;
  } catch (thrown) {
    io.stderr.write(`callboard: ${errorMessage(thrown)}\n`);
    return 2;
  }
}

function inputOf(agent: AgentPlan, options: RenderOptions, io: Io): string {
  const trigger = oneOf(agent, options);
  if (trigger.type === 'schedule') {
    if (options.payload !== undefined)
      throw new RenderError(`trigger "${trigger.id}" is a schedule, which has no payload`);
    return scheduleInput(trigger, io.clock.now(), io.clock.now());
  }
  return webhookText(trigger, options, io);
}

function webhookText(trigger: WebhookPlan, options: RenderOptions, io: Io): string {
  const bytes = payload(options.payload, io);
  // Spaces around the value of a header are no part of it, by HTTP; those of a query are.
  const given = pairs(options.headers, ':', '--header').map(([name, value]): [string, string] => [
    trimmed(name),
    trimmed(value),
  ]);
  const typed = given.some(([name]) => name.toLowerCase() === 'content-type');
  const headers = headerData(typed ? given : [['Content-Type', 'application/json'], ...given]);
  const request = {
    method: trigger.methods[0] ?? 'POST',
    headers,
    query: queryData(pairs(options.query, '=', '--query')),
    body: bytes,
    content: async () => bytes,
    from: () => '127.0.0.1',
  };
  const body = parseBody(bytes, bytes.length === 0 ? undefined : headers.get('content-type'));
  const data = webhookTemplateData(trigger, request, body);
  const hindrance = hindranceOf(trigger, data);
  if (hindrance !== undefined)
    io.stderr.write(`callboard: trigger "${trigger.id}" would not run for this call: ${hindrance}\n`);
  return webhookInput(trigger, body, () => ({ ...data, count: 1 }));
}

function hindranceOf({ when }: WebhookPlan, data: TemplateData): string | undefined {
  try {
    return when === undefined || letsRun(when.render(data)) ? undefined : 'when is not true';
  } catch (thrown) {
    return `the template of when failed: ${errorMessage(thrown)}`;
  }
}

function oneOf(agent: AgentPlan, { trigger: id, payload }: RenderOptions) {
  const { triggers } = agent;
  const webhooks = triggers.filter(({ type }) => type === 'webhook');
  const unnamed = payload !== undefined && webhooks.length > 0 ? webhooks : triggers;
  const found = id === undefined ? unnamed : triggers.filter((trigger) => trigger.id === id);
  const [trigger, another] = found;
  const known = listed(
    'triggers',
    triggers.map((candidate) => candidate.id),
  );
  if (trigger === undefined)
    throw new RenderError(
      `agent "${agent.name}" has no trigger${id === undefined ? '' : ` "${id}"; ${known}`}`,
    );
  if (another !== undefined)
    throw new RenderError(`agent "${agent.name}" has several triggers: name one with --trigger; ${known}`);
  return trigger;
}

const happening = z.strictObject({
  result: z.string().optional(),
  error: z.string().optional(),
  input: z.string().default(''),
  task_id: z.string().optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  attempt: z.number().int().default(1),
  trigger: z.string().default('webhook'),
});

function bodyOf(agent: AgentPlan, options: RenderOptions, io: Io): string {
  const notification = agent.notifications.find(({ id }) => id === options.notification);
  if (notification === undefined) {
    const known = listed(
      'notifications',
      agent.notifications.map(({ id }) => id),
    );
    throw new RenderError(`agent "${agent.name}" has no notification "${options.notification}"; ${known}`);
  }
  const type =
    options.event ?? notificationEvents.find((event) => notification.events.has(event)) ?? 'task.completed';
  const data = readData(options.data);
  const made = renderBody(notification, {
    type,
    agentName: agent.name,
    taskId: data.task_id ?? `webhook-${agent.name}-${BigInt(io.clock.now()) * 1_000_000n}`,
    result: data.result,
    error: data.error,
    timestamp: data.timestamp === undefined ? io.clock.now() : Date.parse(data.timestamp),
    input: data.input,
    usage: undefined,
    attempt: data.attempt,
    trigger: data.trigger,
  });
  if ('dead' in made) throw new RenderError(made.dead);
  return made.body;
}

function readData(text: string | undefined): z.infer<typeof happening> {
  let parsed: unknown = {};
  try {
    if (text !== undefined) parsed = JSON.parse(text);
  } catch (thrown) {
    throw new RenderError(`--data is no JSON: ${errorMessage(thrown)}`);
  }
  const checked = happening.safeParse(parsed);
  if (!checked.success) throw new RenderError(`--data does not fit: ${issuesLine(checked.error.issues)}`);
  return checked.data;
}

function payload(file: string | undefined, io: Io): Uint8Array {
  if (file === undefined) return new Uint8Array();
  try {
    return readFileSync(file === '-' ? 0 : resolve(io.cwd, file));
  } catch (thrown) {
    throw new RenderError(`cannot read the payload: ${errorMessage(thrown)}`);
  }
}

function pairs(texts: readonly string[], separator: ':' | '=', option: string): readonly [string, string][] {
  return texts.map((text) => {
    const at = text.indexOf(separator);
    if (at < 1)
      throw new RenderError(`${option} is ${JSON.stringify(text)} instead of name${separator}value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

const trimmed = (text: string) => text.replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '');

function listed(what: string, names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0 ? `there are no ${what}` : `the ${what} are ${all.join(', ')}`;
}
