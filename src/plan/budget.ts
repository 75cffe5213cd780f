import { titleOf } from '../agents/llm/provider.ts';
import { priceOf } from '../agents/prices.ts';
import type { Path } from '../config/places.ts';
import type { AgentConfig } from '../config/schema/agent.ts';
import type { BuildContext } from './context.ts';
import type { LlmPlan } from './plan.ts';

/** Says which parts of an agent's budget could not be kept. `llm` is the agent's model, where it has one. */
export function checkBudget(
  { problems }: BuildContext,
  path: Path,
  { type, budget }: AgentConfig,
  llm: LlmPlan | undefined,
): void {
  if (type !== 'llm') {
    for (const field of ['max_steps', 'max_tokens', 'max_cost_usd'] as const) {
      if (budget[field] === undefined) continue;
      const message = `${field} limits what a model uses, and an agent of type ${type} has none: only tasks_per_hour counts here`;
      problems.warning([...path, 'budget', field], message, { at: 'key' });
    }
    return;
  }
  if (budget.max_cost_usd === undefined || llm === undefined || priceOf(llm) !== undefined) return;
  problems.error(
    [...path, 'budget', 'max_cost_usd'],
    `max_cost_usd cannot be kept: the price of ${titleOf(llm)} is not known; give the llm a price: {input, output}, in US dollars for a million tokens`,
    { at: 'key' },
  );
}
