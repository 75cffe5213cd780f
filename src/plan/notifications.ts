import { fieldName } from '../config/check.ts';
import type { Part } from '../config/config.ts';
import type { Path } from '../config/places.ts';
import type { NotificationConfig } from '../config/schema/notification.ts';
import { SecretError } from '../signatures/scheme.ts';
import { standardKey } from '../signatures/standard-key.ts';
import { type BuildContext, compileAt } from './context.ts';
import { recipientProblem, senderProblem } from './mailboxes.ts';
import type { NotificationPlan } from './plan.ts';
import { addHeaderSecrets } from './secrets.ts';
import { checkUrl } from './urls.ts';

/** A notification before it belongs to an agent: those under `defaults` are built once for all of them. */
export interface BuiltNotification {
  readonly path: Path;
  readonly plan: Omit<NotificationPlan, 'agent' | 'endpoint'>;
}

export function buildNotifications(
  context: BuildContext,
  parts: readonly Part<NotificationConfig>[],
): BuiltNotification[] {
  return parts.flatMap(({ path, config }) => {
    return config === undefined ? [] : [{ path, plan: buildNotification(context, path, config) }];
  });
}

/** An agent's own notifications and the shared ones, as its plan has them. An id that two share is a problem. */
export function assignNotifications(
  context: BuildContext,
  agent: string,
  own: readonly BuiltNotification[],
  shared: readonly BuiltNotification[],
): NotificationPlan[] {
  const { problems } = context;
  const seen = new Map<string, Path>();
  for (const { path, plan } of [...shared, ...own]) {
    const first = seen.get(plan.id);
    if (first !== undefined) {
      const message = `notification id "${plan.id}" of agent "${agent}" is used twice: the first is on ${problems.line([...first, 'id'])}`;
      problems.error([...path, 'id'], message);
    } else seen.set(plan.id, path);
  }
  return [...own, ...shared].map(({ plan }) => ({ ...plan, agent, endpoint: `${agent}/${plan.id}` }));
}

function buildNotification(
  context: BuildContext,
  path: Path,
  config: NotificationConfig,
): BuiltNotification['plan'] {
  const { problems } = context;
  const email = config.type === 'email';
  checkUrl(context, [...path, 'url'], config.url, email ? ['smtp:', 'smtps:'] : undefined);
  addHeaderSecrets(context.secrets, config.headers);
  if (config.events.length === 0) {
    const message = `notification "${config.id}" names no events, so it never reports anything: add for example events: [task.failed]`;
    problems.warning([...path, 'events'], message, { at: 'key' });
  }
  const contentType = headerValue(config.headers, 'content-type') ?? 'application/json';
  return {
    id: config.id,
    type: config.type,
    enabled: config.enabled,
    events: new Set(config.events),
    url: config.url,
    headers: config.headers,
    contentType,
    template: compileAt(context, [...path, 'payload', 'template'], config.payload?.template, {
      dialect: config.payload?.dialect,
      json: !email && isJson(contentType),
    }),
    email: buildEmail(context, path, config),
    retry: {
      maxAttempts: config.retry.max_attempts,
      initialDelay: config.retry.initial_delay,
      maxDelay: config.retry.max_delay,
    },
    timeout: config.timeout,
    signingSecrets: signingSecrets(context, path, config),
    maxAge: config.max_age,
    breaker:
      config.breaker === 'off'
        ? undefined
        : { failures: config.breaker.failures, probeAfter: config.breaker.probe_after },
    concurrency: config.concurrency,
  };
}

function buildEmail(
  context: BuildContext,
  path: Path,
  config: NotificationConfig,
): NotificationPlan['email'] {
  const { problems } = context;
  const { from, to, subject } = config;
  if (config.type !== 'email') {
    for (const field of ['from', 'to', 'subject'] as const) {
      if (config[field] === undefined) continue;
      problems.error(
        [...path, field],
        `${field} belongs to a notification of type email, and this one is ${config.type}`,
        {
          at: 'key',
        },
      );
    }
    return undefined;
  }
  if (from === undefined || to === undefined) {
    problems.error(path, `notification "${config.id}" of type email needs from and to`, { at: 'key' });
    return undefined;
  }
  const refuse = (place: Path, text: string, problem: string | undefined) => {
    if (problem !== undefined)
      problems.error(place, `${fieldName(place)} ${problems.shown(place, text)} ${problem}`);
  };
  refuse([...path, 'from'], from, senderProblem(from));
  const recipients = typeof to === 'string' ? [to] : to;
  for (const [index, recipient] of recipients.entries()) {
    const place = typeof to === 'string' ? [...path, 'to'] : [...path, 'to', index];
    refuse(place, recipient, recipientProblem(recipient));
  }
  return {
    from,
    to: recipients,
    subject: compileAt(context, [...path, 'subject'], subject),
  };
}

function signingSecrets(context: BuildContext, path: Path, config: NotificationConfig): string[] {
  const given: [Path, string][] = (config.signing_secrets ?? []).map((secret, index) => [
    [...path, 'signing_secrets', index],
    secret,
  ]);
  if (config.signing_secret !== undefined)
    given.unshift([[...path, 'signing_secret'], config.signing_secret]);
  for (const [place, secret] of given) {
    context.secrets.add(secret);
    try {
      standardKey(secret);
    } catch (thrown) {
      if (!(thrown instanceof SecretError)) throw thrown;
      context.problems.error(place, `${fieldName(place)}: ${thrown.message}`);
    }
  }
  const signed = Object.keys(config.headers).find((name) =>
    /^webhook-(?:id|timestamp|signature)$/i.test(name),
  );
  if (given.length > 0 && signed !== undefined) {
    const message = `the header ${signed} is made with signing_secret: no receiver would take another one`;
    context.problems.error([...path, 'headers', signed], message, { at: 'key' });
  }
  return given.map(([, secret]) => secret);
}

function headerValue(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** `application/json`, `application/cloudevents+json`, with any parameters. */
function isJson(contentType: string): boolean {
  return /^\s*[\w.+-]+\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
}
