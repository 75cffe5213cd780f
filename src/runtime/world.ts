// What the parts that the runtime wires together share.
import type { Agent } from '../agents/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { CallboardEvent, EventBus } from '../core/events.ts';
import type { IdSource } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import type { Tracer } from '../core/trace.ts';
import { deadFromTheStart } from '../journal/dead-from-the-start.ts';
import type { NewDelivery } from '../journal/deliveries.ts';
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
  /** A stop gave up the end of one that the journal could not write: its row stays as it is. */
  readonly giveUp: (what: 'task' | 'delivery') => void;
  /**
   * Runs changes of what is remembered of triggers one after another: each of them reads it, decides by it, writes it
   * and tells the actors, and with another one in between would undo that.
   */
  readonly inTurn: <Result>(change: () => Promise<Result>) => Promise<Result>;
}

/**
 * Deliveries were committed: they can be claimed now, and go dead where they still wait at the end of their age. Those
 * that were dead from the start are told of at the end of this turn: what caused them is told first.
 */
export function announce(world: World, deliveries: readonly NewDelivery[]): void {
  const waiting = deliveries.filter(({ dead }) => dead === undefined);
  if (waiting.length > 0) world.wake({ endpoints: waiting.map(({ endpoint }) => endpoint) });
  for (const { expiresAt } of waiting) world.dueAt(expiresAt);
  const dead = deliveries.map(deadFromTheStart).filter((end) => end !== undefined);
  if (dead.length > 0) world.clock.nextTurn(() => publishAll(world, dead));
}

/** Tells the world what a commit has made true. */
export function publishAll({ bus }: Pick<World, 'bus'>, events: readonly CallboardEvent[]): void {
  for (const event of events) bus.publish(event);
}

export function agentPlan(world: World, name: string): AgentPlan | undefined {
  return world.plan().agents.get(name);
}

/** Of each agent's plan: an agent may have thousands of schedules, and each asks for its own at every instant. */
const triggersOf = new WeakMap<AgentPlan, ReadonlyMap<string, TriggerPlan>>();

export function triggerPlan(world: World, agent: string, trigger: string): TriggerPlan | undefined {
  const plan = agentPlan(world, agent);
  if (plan === undefined) return undefined;
  let triggers = triggersOf.get(plan);
  if (triggers === undefined) {
    triggers = new Map(plan.triggers.map((one) => [one.id, one]));
    triggersOf.set(plan, triggers);
  }
  return triggers.get(trigger);
}

/** The notification of an endpoint `AGENT/ID`; undefined for callbacks and for what the file no longer has. */
export function notificationPlan(world: World, endpoint: string): NotificationPlan | undefined {
  const slash = endpoint.indexOf('/');
  return agentPlan(world, endpoint.slice(0, slash))?.notifications.find((plan) => plan.endpoint === endpoint);
}
