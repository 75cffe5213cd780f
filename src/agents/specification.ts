// What an agent is made from, checked and resolved: durations in milliseconds, paths absolute.

export interface AgentSpecification {
  readonly name: string;
  readonly work: EchoPlan | CommandPlan | ModelPlan;
  readonly budget: BudgetPlan;
  readonly llms: ReadonlyMap<string, LlmPlan>;
}

export interface LlmPlan {
  readonly name: string;
  readonly provider: 'anthropic' | 'openai' | 'gemini' | 'ollama' | 'openai_compatible' | 'echo';
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  /** Milliseconds that one try of a call may take. */
  readonly timeout: number | undefined;
  readonly maxRetries: number;
  /** US dollars for a million tokens, where the file overrides the built-in table. */
  readonly price: { readonly input: number; readonly output: number } | undefined;
  /** The variable or the address that it was found by; undefined where the file configures it. */
  readonly foundBy: string | undefined;
}

export interface EchoPlan {
  readonly type: 'echo';
}

export interface CommandPlan {
  readonly type: 'command';
  /** Program and arguments; an argument may be a template over the task (`{{ .input }}`), always one whole argument. */
  readonly command: readonly [CommandArgument, ...CommandArgument[]];
  /** Absolute. */
  readonly cwd: string;
  /** What the program sees beside the variables that name its task, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
}

/** A text, or a template that is rendered over the task. */
export type CommandArgument = string | ArgumentTemplate;

export interface ArgumentTemplate {
  render(data: { readonly [name: string]: unknown }): string;
}

export interface ModelPlan {
  readonly type: 'llm';
  /** A key of `llms`; undefined where none is configured and none was found: such an agent cannot run. */
  readonly llm: string | undefined;
  readonly instruction: string | undefined;
  readonly mcpServers: ReadonlyMap<string, McpServerPlan>;
  /** Globs over `SERVER/TOOL` or `TOOL`; empty: none. */
  readonly tools: readonly string[];
  /** In place of `tools` for runs that a webhook started. */
  readonly toolsOnWebhook: readonly string[] | undefined;
  /** JSON Schema that the result must satisfy. */
  readonly outputSchema: Readonly<Record<string, unknown>> | undefined;
}

export type McpServerPlan =
  | {
      readonly command: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
    }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> };

export interface BudgetPlan {
  readonly maxSteps: number | undefined;
  readonly maxTokens: number | undefined;
  readonly maxCostUsd: number | undefined;
  readonly tasksPerHour: number | undefined;
}
