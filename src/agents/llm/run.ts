import type { CallWarning, ModelMessage, ToolResultPart } from 'ai';
import { Failure } from '../../core/failure.ts';
import { inSpan, type Span } from '../../core/trace.ts';
import type { AgentResult, AgentRun } from '../agent.ts';
import type { AgentHost } from '../host.ts';
import type { ToolServer } from '../mcp/tool-server.ts';
import { priceOf } from '../prices.ts';
import type { BudgetPlan, LlmPlan, ModelPlan } from '../specification.ts';
import { loadAi } from './ai.ts';
import { callModel } from './call.ts';
import { type OfferedTools, offerTools } from './offered-tools.ts';
import { openModel, titleOf, withModel } from './provider.ts';
import { Spending } from './spending.ts';
import { type OutputCheck, outputCheck, outputInstruction } from './structured-output.ts';
import { promptFor } from './untrusted.ts';

/** Providers refuse a lower cap on an answer. */
const smallestAnswer = 16;

export interface ModelWork {
  readonly plan: ModelPlan;
  readonly llm: LlmPlan;
  readonly budget: BudgetPlan;
  /** By their names in the file. */
  readonly servers: ReadonlyMap<string, ToolServer>;
}

/**
 * Does one attempt: asks the model, makes the tool calls that it asks for, and so on, until it answers in words.
 * The budget is checked between steps, and what was used is committed after each.
 */
export async function runModel(work: ModelWork, run: AgentRun, host: AgentHost): Promise<AgentResult> {
  const { plan } = work;
  const spending = new Spending(run.spent, work.budget, priceOf(work.llm));
  spending.requireRoom();
  const llm = await withModel(work.llm, run.signal);
  const check = plan.outputSchema === undefined ? undefined : await outputCheck(plan.outputSchema);
  const isWebhook = run.triggerType === 'webhook';
  const prompt = promptFor(instructionOf(plan), run.input, { untrusted: isWebhook, random: host.random });
  const globs = isWebhook ? (plan.toolsOnWebhook ?? plan.tools) : plan.tools;
  const tools = await offerTools(work.servers, globs, run, host);
  const ask = await asker(llm, prompt.system, tools, run, host);

  const notes = new Set<string>();
  const messages: ModelMessage[] = [{ role: 'user', content: prompt.user }];
  for (let corrections = 0; ; ) {
    spending.requireRoom();
    const step = await ask(messages, spending.tokensLeft);
    spending.addStep(step.usage.inputTokens ?? 0, step.usage.outputTokens ?? 0);
    await run.recordUsage(spending.usage);
    messages.push(...step.response.messages);
    for (const warning of step.warnings ?? []) notes.add(warningText(warning));

    if (step.toolCalls.length > 0) {
      // Before the calls: what they do must not be done for a model that will not hear of it.
      spending.requireRoom();
      const results = await answersOf(step.toolCalls, tools, spending);
      await run.recordUsage(spending.usage);
      if (results.length > 0) messages.push({ role: 'tool', content: results });
      continue;
    }
    if (step.finishReason === 'content-filter') {
      throw new Failure('refused', `${titleOf(llm)} withheld its answer: content filter`);
    }
    if (step.finishReason !== 'stop' && step.text.trim() === '') throw noAnswer(llm, step.finishReason);
    const checked = accept(step.text, check);
    if ('output' in checked) {
      if (step.finishReason === 'length') notes.add('The answer was cut: it reached its token limit.');
      const log = [...notes].join('\n');
      return { output: checked.output, usage: spending.usage, ...(log === '' ? {} : { log }) };
    }
    if (corrections > 0) {
      throw new Failure(
        'bad_answer',
        `${titleOf(llm)} gave an answer that cannot be used, twice: ${checked.problem}`,
        {
          retryable: true,
        },
      );
    }
    corrections += 1;
    messages.push({ role: 'user', content: `That answer cannot be used: ${checked.problem}. Answer again.` });
  }
}

/** A model may end with nothing to say, but not be stopped before it has said anything: that is no result. */
function noAnswer(llm: LlmPlan, finishReason: string): Failure {
  const why = finishReason === 'length' ? 'it reached its token limit before it said anything' : finishReason;
  return new Failure('bad_answer', `${titleOf(llm)} gave no answer (${why})`, { retryable: true });
}

function instructionOf({ instruction, outputSchema }: ModelPlan): string | undefined {
  const parts = [
    // Anthropic refuses a system prompt without a visible character.
    instruction?.trim() === '' ? undefined : instruction,
    outputSchema === undefined ? undefined : outputInstruction(outputSchema),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function accept(text: string, check: OutputCheck | undefined) {
  return check === undefined ? { output: text } : check(text);
}

function warningText(warning: CallWarning): string {
  if (warning.type === 'other') return warning.message;
  return `${warning.type}: ${warning.feature}${warning.details === undefined ? '' : ` (${warning.details})`}`;
}

/** Asks the model for one step. */
async function asker(
  llm: LlmPlan & { readonly model: string },
  system: string | undefined,
  tools: OfferedTools,
  run: AgentRun,
  host: AgentHost,
) {
  const { generateText } = await loadAi();
  const model = await openModel(llm);
  const toolSet = await tools.toolSet();
  return (messages: readonly ModelMessage[], tokensLeft: number | undefined) => {
    const caps = [llm.maxTokens, tokensLeft].filter((cap) => cap !== undefined);
    return callModel(
      (abortSignal) =>
        inSpan(chatSpan(run, llm), async (span) => {
          const step = await generateText({
            model,
            messages: [...messages],
            tools: toolSet,
            maxRetries: 0,
            abortSignal,
            // Payloads stay no longer at the provider than an answer takes.
            providerOptions: { openai: { store: false } },
            headers: { traceparent: span.traceparent },
            ...(system === undefined ? {} : { system }),
            ...(llm.temperature === undefined ? {} : { temperature: llm.temperature }),
            ...(caps.length === 0 ? {} : { maxOutputTokens: Math.max(smallestAnswer, Math.min(...caps)) }),
          });
          span.set({
            'gen_ai.usage.input_tokens': step.usage.inputTokens,
            'gen_ai.usage.output_tokens': step.usage.outputTokens,
          });
          return step;
        }),
      llm,
      run.signal,
      host,
    );
  };
}

/** Source of the names: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ */
function chatSpan(run: AgentRun, { provider, model }: LlmPlan & { readonly model: string }): Span {
  return run.startSpan(`chat ${model}`, {
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
    },
  });
}

/** Makes the calls, one after another in the order of the model. */
async function answersOf(
  calls: readonly {
    toolCallId: string;
    toolName: string;
    input: unknown;
    invalid?: boolean | undefined;
    error?: unknown;
  }[],
  tools: OfferedTools,
  spending: Spending,
): Promise<ToolResultPart[]> {
  const results: ToolResultPart[] = [];
  for (const { toolCallId, toolName, input, invalid } of calls) {
    if (invalid === true) {
      // Unknown, or unreadable arguments: the library has told the model already.
      tools.refuse(toolName, input, 'not allowed, or its arguments cannot be read');
      continue;
    }
    spending.addToolCall();
    const { text, isError } = await tools.call(toolName, input);
    const output = { type: isError ? ('error-text' as const) : ('text' as const), value: text };
    results.push({ type: 'tool-result', toolCallId, toolName, output });
  }
  return results;
}
