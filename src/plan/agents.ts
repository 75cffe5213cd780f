import type { AgentParts, ConfigParts } from '../config/config.ts';
import { didYouMean } from '../config/suggest.ts';
import { checkBudget } from './budget.ts';
import type { BuildContext } from './context.ts';
import { modelChoices } from './llms.ts';
import { assignNotifications, buildNotifications } from './notifications.ts';
import type { AgentPlan, LlmPlan } from './plan.ts';
import { buildTriggers, type TriggerSettings } from './triggers.ts';
import { buildWork } from './work.ts';

/** The agents with what they share put in. One whose parts are wrong is left out; the problems say why. */
export function buildAgents(
  context: BuildContext,
  parts: ConfigParts,
  llms: ReadonlyMap<string, LlmPlan>,
  settings: TriggerSettings,
): Map<string, AgentPlan> {
  const { defaults } = parts;
  const shared = buildNotifications(context, parts.defaultNotifications);
  const models = new Models(context, parts, llms);
  const plans = new Map<string, AgentPlan>();
  for (const agent of parts.agents) {
    const triggers = buildTriggers(context, agent, settings);
    const own = buildNotifications(context, agent.notifications);
    const notifications = assignNotifications(context, agent.name, own, shared);
    const { config } = agent;
    if (config === undefined) continue;
    const llm = config.type === 'llm' ? models.of(agent, config.llm) : undefined;
    const work = buildWork(context, agent.path, config, llm);
    if (work === undefined) continue;
    checkBudget(context, agent.path, config, llm === undefined ? undefined : llms.get(llm));
    plans.set(agent.name, {
      name: agent.name,
      description: config.description,
      work,
      timeout: config.timeout ?? defaults.timeout,
      concurrency: config.concurrency ?? defaults.concurrency,
      retry: {
        maxAttempts: config.retry.max_attempts,
        initialDelay: config.retry.initial_delay,
        maxDelay: config.retry.max_delay,
      },
      onCrash: config.on_crash,
      budget: {
        maxSteps: config.budget.max_steps,
        maxTokens: config.budget.max_tokens,
        maxCostUsd: config.budget.max_cost_usd,
        tasksPerHour: config.budget.tasks_per_hour,
      },
      triggers,
      notifications,
    });
  }
  models.warn();
  return plans;
}

/** Finds the model of each agent, and says once which agents have none. */
class Models {
  readonly #context: BuildContext;
  readonly #parts: ConfigParts;
  readonly #llms: ReadonlyMap<string, LlmPlan>;
  readonly #without: AgentParts[] = [];

  constructor(context: BuildContext, parts: ConfigParts, llms: ReadonlyMap<string, LlmPlan>) {
    this.#context = context;
    this.#parts = parts;
    this.#llms = llms;
  }

  of(agent: AgentParts, own: string | undefined): string | undefined {
    const { llms, defaults } = this.#parts;
    const name = own ?? defaults.llm ?? 'default';
    // A wrong one has been complained about where it stands.
    if (this.#llms.has(name) || llms.has(name)) return name;
    if (name === 'default') {
      this.#without.push(agent);
      return undefined;
    }
    const place = own === undefined ? ['defaults', 'llm'] : [...agent.path, 'llm'];
    const names = new Set([...llms.keys(), 'default']);
    this.#context.problems.error(place, `llm "${name}" is not under llms${didYouMean(name, names)}`);
    return undefined;
  }

  warn(): void {
    const [first, ...others] = this.#without;
    if (first === undefined) return;
    const who =
      others.length === 0
        ? `agent "${first.name}" needs`
        : `agent "${first.name}" and ${others.length} more need`;
    this.#context.problems.warning(first.path, `${who} a model, and none was found: ${modelChoices}`, {
      at: 'key',
    });
  }
}
