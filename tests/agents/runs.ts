import type { AgentRun, ToolCall } from '../../src/agents/agent.ts';
import type { AgentSpecification, BudgetPlan, LlmPlan, ModelPlan } from '../../src/agents/specification.ts';
import type { Usage } from '../../src/core/events.ts';
import { noSpan } from '../../src/core/trace.ts';

/** A run for tests that remembers what the agent recorded. */
export function testRun(changes: Partial<AgentRun> = {}): AgentRun & {
  readonly usages: Usage[];
  readonly toolCalls: ToolCall[];
} {
  const usages: Usage[] = [];
  const toolCalls: ToolCall[] = [];
  return {
    taskId: 'manual-tester-1767225600000000000',
    // Tests in other processes run tasks of the same id.
    journal: `/tests/${process.pid}.db`,
    agent: 'tester',
    triggerType: 'manual',
    attempt: 1,
    input: 'hello',
    spent: undefined,
    signal: new AbortController().signal,
    recordUsage: async (usage) => {
      usages.push(usage);
    },
    clearing: (work) => work(),
    startSpan: () => noSpan,
    recordToolCall: (call) => {
      toolCalls.push(call);
    },
    ...changes,
    usages,
    toolCalls,
  };
}

export const noBudget: BudgetPlan = {
  maxSteps: undefined,
  maxTokens: undefined,
  maxCostUsd: undefined,
  tasksPerHour: undefined,
};

/** An llm of a local server that speaks the provider's format. */
export function testLlm(
  provider: LlmPlan['provider'],
  origin: string,
  changes: Partial<LlmPlan> = {},
): LlmPlan {
  return {
    name: 'default',
    provider,
    model: 'scripted',
    apiKey: 'sk-very-secret-key',
    baseUrl: provider === 'openai_compatible' ? `${origin}/v1` : origin,
    temperature: undefined,
    maxTokens: undefined,
    timeout: undefined,
    maxRetries: 0,
    price: undefined,
    foundBy: undefined,
    ...changes,
  };
}

/** An `llm` agent's specification around one llm. */
export function modelSpecification(
  llm: LlmPlan,
  changes: Partial<ModelPlan> = {},
  budget: Partial<BudgetPlan> = {},
): AgentSpecification {
  const work: ModelPlan = {
    type: 'llm',
    llm: llm.name,
    instruction: 'Be brief.',
    mcpServers: new Map(),
    tools: [],
    toolsOnWebhook: undefined,
    outputSchema: undefined,
    ...changes,
  };
  return { name: 'tester', work, budget: { ...noBudget, ...budget }, llms: new Map([[llm.name, llm]]) };
}
