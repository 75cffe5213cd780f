// Who starts whom and who hears of it, as a file says it. Nothing of it is secret: of an address only the host is
// kept, since the path of a Slack or Discord address is its password, and of a command only the program.
import { basename } from 'node:path';
import type { AgentPlan, LlmPlan, NotificationPlan, Plan, TriggerPlan } from '../plan/plan.ts';

export interface Wiring {
  readonly name: string | undefined;
  readonly agents: readonly WiredAgent[];
}

export interface WiredAgent {
  readonly name: string;
  readonly description: string | undefined;
  /** What does its work: `echo`, `command: backup.sh`, `anthropic: claude-…`. */
  readonly work: string;
  /** The MCP servers that it may ask. */
  readonly tools: readonly string[];
  readonly triggers: readonly WiredTrigger[];
  readonly notifications: readonly WiredNotification[];
}

export interface WiredTrigger {
  readonly id: string;
  readonly type: 'schedule' | 'webhook';
  readonly enabled: boolean;
  /** `0 9 * * 1-5 (Europe/Berlin)`, `POST /webhooks/orders`. */
  readonly when: string;
  /** Of a webhook, who may call it: `shopify`, `secret`, `login`, `open`. */
  readonly guard: string | undefined;
}

export interface WiredNotification {
  readonly id: string;
  readonly type: NotificationPlan['type'];
  readonly enabled: boolean;
  readonly events: readonly string[];
  /** The host, and the port where it is not the usual one. */
  readonly host: string;
  /** The webhook of this same file that it calls. */
  readonly starts: { readonly agent: string; readonly trigger: string } | undefined;
}

/** Takes secret values out of a text: a file may have put them anywhere. */
type Redact = (text: string) => string;

export function wiringOf(plan: Plan, redact: Redact): Wiring {
  return {
    name: plan.name,
    agents: [...plan.agents.values()].map((agent) => ({
      name: agent.name,
      description: agent.description === undefined ? undefined : redact(agent.description),
      work: redact(workOf(agent, plan.llms)),
      tools: agent.work.type === 'llm' ? [...agent.work.mcpServers.keys()] : [],
      triggers: agent.triggers.map((trigger) => wiredTrigger(trigger, plan, redact)),
      notifications: agent.notifications.map((notification) => wiredNotification(notification, plan, redact)),
    })),
  };
}

function workOf({ work }: AgentPlan, llms: ReadonlyMap<string, LlmPlan>): string {
  switch (work.type) {
    case 'echo':
      return 'echo';
    case 'command': {
      const [program] = work.command;
      return typeof program === 'string' ? `command: ${basename(program)}` : 'command';
    }
    case 'llm': {
      const llm = work.llm === undefined ? undefined : llms.get(work.llm);
      if (llm === undefined) return 'no model';
      return llm.model === undefined ? llm.provider : `${llm.provider}: ${llm.model}`;
    }
  }
}

function wiredTrigger(trigger: TriggerPlan, { server }: Plan, redact: Redact): WiredTrigger {
  const { id, enabled } = trigger;
  if (trigger.type === 'schedule') {
    const when = redact(`${trigger.source} (${trigger.calendar.timezone})`);
    return { id, type: 'schedule', enabled, when, guard: undefined };
  }
  const open = server.auth === undefined || trigger.auth === 'none' ? 'open' : 'login';
  return {
    id,
    type: 'webhook',
    enabled,
    when: redact(`${trigger.methods.join(', ')} ${trigger.path}`),
    guard: trigger.verifier === undefined ? open : (trigger.scheme ?? 'secret'),
  };
}

function wiredNotification(notification: NotificationPlan, plan: Plan, redact: Redact): WiredNotification {
  const { id, type, enabled, events } = notification;
  const url = new URL(notification.url);
  return { id, type, enabled, events: [...events], host: redact(url.host), starts: ownTrigger(url, plan) };
}

function ownTrigger(
  { hostname, port, pathname }: URL,
  { server, agents }: Plan,
): WiredNotification['starts'] {
  const here = [server.host, '127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (!here || port !== String(server.port)) return undefined;
  for (const { name, triggers } of agents.values()) {
    const found = triggers.find((trigger) => trigger.type === 'webhook' && trigger.path === pathname);
    if (found !== undefined) return { agent: name, trigger: found.id };
  }
  return undefined;
}
