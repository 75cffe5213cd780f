// What a start does before anything runs: puts in order what the last process left behind.
import { endToolServersLeftBehind } from '../agents/processes.ts';
import type { TriggerRecord } from '../journal/triggers.ts';
import type { AgentPlan, TriggerPlan } from '../plan/plan.ts';
import type { AgentInput } from './agent.machine.ts';
import { endPrograms, putInOrder } from './cut-off-tasks.ts';
import type { Recovered } from './runtime.machine.ts';
import type { World } from './world.ts';

export async function recover(world: World): Promise<Recovered> {
  const { interrupted } = await world.journal.recover(world.clock.now());
  const { journal } = world.plan();
  await Promise.all([endPrograms(world, interrupted), endToolServersLeftBehind(journal.path, world.clock)]);
  await Promise.all(interrupted.map((task) => putInOrder(world, task)));
  const plans = [...world.plan().agents.values()];
  const agents = agentInputs(plans, await rememberTriggers(world, plans));
  await warnOfUnknown(world);
  // Last of all: what is admitted after this look finds a runtime that runs, and wakes whom it is for.
  const [endpoints, busy] = await Promise.all([
    world.journal.endpointsWithWork(),
    world.journal.agentsWithWork(),
  ]);
  const working = new Set(busy);
  return { agents: agents.map((agent) => ({ ...agent, busy: working.has(agent.name) })), endpoints };
}

/**
 * Tasks of agents that are not in the file wait until they are: another file than before may be a mistake, while one
 * that changes in a reload is meant.
 */
async function warnOfUnknown(world: World): Promise<void> {
  const agents = (await world.journal.agentsWithWork()).filter((agent) => !world.plan().agents.has(agent));
  if (agents.length > 0)
    world.log.warn('tasks wait for agents that are not in the file: bring them back, or cancel the tasks', {
      agents,
    });
}

/** What the actors of these agents start from: the file, and what is remembered of their triggers. */
export function agentInputs(
  plans: readonly AgentPlan[],
  remembered: ReadonlyMap<string, TriggerRecord>,
): readonly AgentInput[] {
  return plans.map((plan) => ({
    name: plan.name,
    tasks: { agent: plan.name, concurrency: plan.concurrency, timeout: plan.timeout },
    // One that comes with a reload may have been here before, and have left tasks behind.
    busy: true,
    ...triggerInputs(plan.triggers, remembered),
  }));
}

/** The inputs of trigger actors, from the file and what is remembered of them. */
export function triggerInputs(
  triggers: readonly TriggerPlan[],
  remembered: ReadonlyMap<string, TriggerRecord>,
) {
  const common = ({ agent, id, enabled }: TriggerPlan) => {
    const paused = remembered.get(triggerKey(agent, id))?.paused ?? false;
    return { agent, trigger: id, enabled, paused };
  };
  return {
    schedules: triggers
      .filter((trigger) => trigger.type === 'schedule')
      .map((trigger) => {
        const record = remembered.get(triggerKey(trigger.agent, trigger.id));
        return {
          ...common(trigger),
          lastInstant: record?.lastInstant ?? 0,
          pausedUntil: record?.pausedUntil,
        };
      }),
    webhooks: triggers.filter((trigger) => trigger.type === 'webhook').map(common),
  };
}

export const triggerKey = (agent: string, trigger: string) => `${agent}\n${trigger}`;

/**
 * What is known of the triggers of these agents, which are all of the file. One that is new, or whose instants are
 * decided by other words than before, starts from now; one that is unchanged goes on from its last instant. One that
 * left the file starts from then if it comes back: what passed meanwhile was not its to run. All of it is one commit.
 */
export async function rememberTriggers(
  world: World,
  plans: readonly AgentPlan[],
): Promise<ReadonlyMap<string, TriggerRecord>> {
  const records = await world.journal.listTriggers();
  const now = world.clock.now();
  const known = new Map(records.map((record) => [triggerKey(record.agent, record.trigger), record]));
  const gone = new Map(known);
  const changed: TriggerRecord[] = [];
  for (const trigger of plans.flatMap(({ triggers }) => triggers)) {
    const key = triggerKey(trigger.agent, trigger.id);
    gone.delete(key);
    const record = known.get(key);
    const fingerprint = triggerFingerprint(trigger);
    if (record?.fingerprint === fingerprint) continue;
    const fresh: TriggerRecord = {
      agent: trigger.agent,
      trigger: trigger.id,
      fingerprint,
      lastInstant: trigger.type === 'schedule' ? now : undefined,
      paused: record?.paused ?? false,
    };
    known.set(key, fresh);
    changed.push(fresh);
  }
  for (const record of gone.values())
    if (record.fingerprint !== 'removed') changed.push({ ...record, fingerprint: 'removed' });
  if (changed.length > 0) await world.journal.saveTriggers(changed);
  return known;
}

/** A hash of what decides a trigger's instants. One that was disabled has none, so enabling it starts from then. */
export function triggerFingerprint(plan: TriggerPlan): string {
  if (plan.type === 'webhook') return 'webhook';
  return plan.enabled ? plan.fingerprint : 'disabled';
}
