import type { Usage } from '../../core/events.ts';
import { Failure } from '../../core/failure.ts';
import { costOf, type Price } from '../prices.ts';
import type { BudgetPlan } from '../specification.ts';

/** The steps of a task whose budget names no `max_steps`: a model that calls tools in a circle ends here. */
export const defaultMaxSteps = 50;

const nothing: Usage = { input_tokens: 0, output_tokens: 0, steps: 0, tool_calls: 0, cost_usd: 0 };

/** What a task has used, earlier attempts included, held against its budget. */
export class Spending {
  readonly #budget: BudgetPlan;
  readonly #price: Price | undefined;
  #usage: Usage;

  /** @throws {Failure} `budget` where money is limited and the model's price is not known. */
  constructor(spent: Usage | undefined, budget: BudgetPlan, price: Price | undefined) {
    if (budget.maxCostUsd !== undefined && price === undefined) {
      throw new Failure(
        'budget',
        `Cannot keep max_cost_usd ${budget.maxCostUsd}: the price of the model is not known; set "price" on its llm`,
      );
    }
    this.#usage = spent ?? nothing;
    this.#budget = budget;
    this.#price = price;
  }

  get usage(): Usage {
    return this.#usage;
  }

  addStep(inputTokens: number, outputTokens: number): void {
    const cost = this.#price === undefined ? 0 : costOf(this.#price, inputTokens, outputTokens);
    this.#usage = {
      ...this.#usage,
      steps: this.#usage.steps + 1,
      input_tokens: this.#usage.input_tokens + inputTokens,
      output_tokens: this.#usage.output_tokens + outputTokens,
      // To a billionth, or the binary fractions would show: 0.30000000000000004.
      cost_usd: Math.round((this.#usage.cost_usd + cost) * 1e9) / 1e9,
    };
  }

  addToolCall(): void {
    this.#usage = { ...this.#usage, tool_calls: this.#usage.tool_calls + 1 };
  }

  /** Tokens that the task may still use; undefined where they are not limited. */
  get tokensLeft(): number | undefined {
    return this.#budget.maxTokens === undefined ? undefined : this.#budget.maxTokens - this.#tokens;
  }

  /** @throws {Failure} `budget`, not retryable, when the budget has no room for another step. */
  requireRoom(): void {
    const { maxSteps = defaultMaxSteps, maxTokens, maxCostUsd } = this.#budget;
    const { steps, cost_usd: cost } = this.#usage;
    if (steps >= maxSteps) throw overBudget(`${steps} of ${maxSteps} steps`);
    if (maxTokens !== undefined && this.#tokens >= maxTokens) {
      throw overBudget(`${this.#tokens} of ${maxTokens} tokens`);
    }
    if (maxCostUsd !== undefined && cost >= maxCostUsd) {
      throw overBudget(`$${cost.toFixed(4)} of $${maxCostUsd}`);
    }
  }

  get #tokens(): number {
    return this.#usage.input_tokens + this.#usage.output_tokens;
  }
}

function overBudget(spent: string): Failure {
  return new Failure('budget', `The task is not done and its budget is spent: ${spent}`);
}
