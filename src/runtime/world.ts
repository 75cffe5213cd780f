// What the parts that the runtime wires together share.
import type { Agent } from '../agents/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { EventBus } from '../core/events.ts';
import type { IdSource } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import type { Tracer } from '../core/trace.ts';
import type { Journal } from '../journal/journal.ts';
import type { Sender } from '../notifications/send.ts';
import type { AgentPlan, NotificationPlan, Plan, TriggerPlan } from '../plan/plan.ts';
import type { TaskSpans } from './task-spans.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly ids: IdSource;
  readonly redactor: Redactor;
  readonly bus: EventBus;
  readonly log: Log;
  readonly sender: Sender;
  readonly tracer: Tracer;
  readonly taskSpans: TaskSpans;
  /** The plan that is in force; another one after a reload. */
  readonly plan: () => Plan;
  /** What does an agent's work; made when it is first asked for. */
  readonly agent: (name: string) => Agent | undefined;
  /** Rows of these agents and endpoints can be claimed now. */
  readonly wake: (ready: {
    readonly agents?: readonly string[];
    readonly endpoints?: readonly string[];
  }) => void;
  /** A row will come due at this wall time. */
  readonly dueAt: (at: number) => void;
  readonly cancel: (agent: string, taskId: string, reason: string) => void;
}

/** Deliveries were committed: they can be claimed now, and go dead where they still wait at the end of their age. */
export function announce(
  world: World,
  deliveries: readonly { readonly endpoint: string; readonly expiresAt: number }[],
): void {
  if (deliveries.length > 0) world.wake({ endpoints: deliveries.map(({ endpoint }) => endpoint) });
  for (const { expiresAt } of deliveries) world.dueAt(expiresAt);
}

export function agentPlan(world: World, name: string): AgentPlan | undefined {
  return world.plan().agents.get(name);
}

export function triggerPlan(world: World, agent: string, trigger: string): TriggerPlan | undefined {
  return agentPlan(world, agent)?.triggers.find(({ id }) => id === trigger);
}

/** The notification of an endpoint `AGENT/ID`; undefined for callbacks and for what the file no longer has. */
export function notificationPlan(world: World, endpoint: string): NotificationPlan | undefined {
  const slash = endpoint.indexOf('/');
  return agentPlan(world, endpoint.slice(0, slash))?.notifications.find((plan) => plan.endpoint === endpoint);
}
