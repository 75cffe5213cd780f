// Another plan takes the place of the one in force. What both have goes on untouched; the swap itself is one step,
// so no request and no task sees half of each.
import type { AgentPlan, NotificationPlan, Plan, TriggerPlan } from '../plan/plan.ts';
import { agentInputs, rememberTriggers, triggerFingerprint, triggerInputs } from './recovery.ts';
import type { PlanChange } from './runtime.machine.ts';
import type { World } from './world.ts';

/** What a reload did. */
export interface ReloadReport {
  /** Names of agents. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What the new file says otherwise and only a restart can change, in words; everything else is in force. */
  readonly needsRestart: readonly string[];
}

/** What ends with the plan that was in force. */
export interface Gone {
  /** Triggers whose actors end. */
  readonly triggers: readonly TriggerPlan[];
  /** Of notifications. */
  readonly endpoints: readonly string[];
}

interface Difference {
  readonly added: readonly AgentPlan[];
  readonly removed: readonly AgentPlan[];
  readonly kept: readonly {
    readonly before: AgentPlan;
    readonly plan: AgentPlan;
    /** Triggers whose actors end, and those that get new ones. One that is changed is among both. */
    readonly gone: readonly TriggerPlan[];
    readonly fresh: readonly TriggerPlan[];
  }[];
}

/**
 * Puts `given` into force. `swap` takes the new plan, and what to tell the actors, in one synchronous step.
 * @throws when the journal cannot be read or written; the old plan is in force then.
 */
export async function reload(
  world: World,
  given: Plan,
  swap: (plan: Plan, change: PlanChange, gone: Gone) => void,
): Promise<ReloadReport> {
  const before = world.plan();
  const { plan, needsRestart } = keepFixed(before, given);
  // Before anything can log or store one of them.
  world.redactor.add(plan.secrets);
  const difference = compare(before, plan);
  const { added, removed, kept } = difference;
  const triggers = [...removed.flatMap(({ triggers }) => triggers), ...kept.flatMap(({ gone }) => gone)];
  const change = await changeOf(world, before, plan, difference);
  swap(plan, change, { triggers, endpoints: removedEndpoints(before, plan) });
  const names = (plans: readonly AgentPlan[]) => plans.map(({ name }) => name);
  return { added: names(added), removed: names(removed), needsRestart };
}

/** A socket, an open file and what measures them cannot become others: what the process started with stays. */
function keepFixed(before: Plan, given: Plan): { plan: Plan; needsRestart: readonly string[] } {
  const { host, port, tls } = before.server;
  const { observability } = before;
  const fixed = [
    ['server.host', host, given.server.host],
    ['server.port', port, given.server.port],
    ['server.tls', tls, given.server.tls],
    ['journal.path', before.journal.path, given.journal.path],
    ['observability.metrics', observability.metrics, given.observability.metrics],
    ['observability.tracing', observability.tracing, given.observability.tracing],
  ] as const;
  const needsRestart = fixed
    .map(([name, now, wanted]) => [name, words(now), words(wanted)] as const)
    .filter(([, now, wanted]) => now !== wanted)
    .map(([name, now, wanted]) => `${name} stays ${now} until a restart; the file says ${wanted}`);
  return {
    plan: {
      ...given,
      server: { ...given.server, host, port, tls },
      journal: { ...given.journal, path: before.journal.path },
      observability,
    },
    needsRestart,
  };
}

const words = (value: unknown) => (value === undefined ? 'off' : JSON.stringify(value));

function compare(before: Plan, after: Plan): Difference {
  const added: AgentPlan[] = [];
  const kept: Difference['kept'][number][] = [];
  for (const plan of after.agents.values()) {
    const known = before.agents.get(plan.name);
    if (known === undefined) {
      added.push(plan);
      continue;
    }
    const old = new Set(known.triggers.map(identity));
    const now = new Set(plan.triggers.map(identity));
    kept.push({
      before: known,
      plan,
      gone: known.triggers.filter((trigger) => !now.has(identity(trigger))),
      fresh: plan.triggers.filter((trigger) => !old.has(identity(trigger))),
    });
  }
  return { added, removed: [...before.agents.values()].filter(({ name }) => !after.agents.has(name)), kept };
}

/**
 * What a trigger's actor was made from. Everything else it looks up when it needs it, so a change of that needs no
 * other actor.
 */
function identity(trigger: TriggerPlan): string {
  return [trigger.id, triggerFingerprint(trigger), trigger.enabled].join('\n');
}

async function changeOf(
  world: World,
  before: Plan,
  after: Plan,
  { added, removed, kept }: Difference,
): Promise<PlanChange> {
  // Before the swap: of a reload that fails here the journal remembers nothing, and of one that goes on, everything.
  const remembered = await rememberTriggers(world, [...after.agents.values()]);
  const changed = kept
    .filter(
      ({ before: old, plan, gone, fresh }) =>
        gone.length + fresh.length > 0 ||
        old.concurrency !== plan.concurrency ||
        old.timeout !== plan.timeout,
    )
    .map(({ plan, gone, fresh }) => ({
      name: plan.name,
      removed: gone.map(({ id }) => id),
      tasks: { agent: plan.name, concurrency: plan.concurrency, timeout: plan.timeout },
      ...triggerInputs(fresh, remembered),
    }));
  return {
    grace: after.server.grace,
    added: agentInputs(added, remembered),
    changed,
    removed: removed.map(({ name }) => name),
    endpoints: endpointChanges(before, after, world.clock.now()),
  };
}

function endpointsOf(plan: Plan): ReadonlyMap<string, NotificationPlan> {
  const all = [...plan.agents.values()].flatMap(({ notifications }) => notifications);
  return new Map(all.map((notification) => [notification.endpoint, notification]));
}

function endpointChanges(before: Plan, after: Plan, at: number): PlanChange['endpoints'] {
  const old = endpointsOf(before);
  const now = endpointsOf(after);
  const settings = (plan: NotificationPlan | undefined) =>
    JSON.stringify(plan && [plan.concurrency, plan.breaker]);
  return [...old.values(), ...now.values()]
    .filter(({ endpoint }) => settings(old.get(endpoint)) !== settings(now.get(endpoint)))
    .map(({ endpoint, concurrency }) => {
      const plan = now.get(endpoint);
      // Without a breaker nothing of a removed one is kept back: each goes dead when its turn comes.
      return { endpoint, concurrency: plan?.concurrency ?? concurrency, policy: plan?.breaker, at };
    });
}

function removedEndpoints(before: Plan, after: Plan): readonly string[] {
  const now = endpointsOf(after);
  return [...endpointsOf(before).keys()].filter((endpoint) => !now.has(endpoint));
}
