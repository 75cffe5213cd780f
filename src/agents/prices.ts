// What models cost: standard rates as the providers publish them, read on 2026-11-24, where a page itself could not
// be read through others that quote it: platform.claude.com/docs/en/about-claude/pricing (and each model's overview),
// developers.openai.com/api/docs/pricing, ai.google.dev/gemini-api/docs/pricing. Where a rate depends on the date, the
// higher one stands here, and discounts for cached input are not counted: a budget should stop too early, not too late.
import type { LlmPlan } from './specification.ts';

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of a call with more than `over` input tokens, its output included. */
  readonly long?: { readonly over: number; readonly input: number; readonly output: number };
}

const price = (input: number, output: number, long?: Price['long']): Price =>
  long === undefined ? { input, output } : { input, output, long };

/** OpenAI doubles the input of long prompts and adds a half to their output. */
const openaiPrice = (input: number, output: number) =>
  price(input, output, { over: 272_000, input: 2 * input, output: 1.5 * output });

const prices: ReadonlyMap<string, Price> = new Map([
  ['claude-fable-5', price(10, 50)],
  ['claude-fable-5-1', price(10, 50)],
  ['claude-opus-5-5', price(4, 20)],
  ['claude-opus-5', price(5, 25)],
  ['claude-opus-4-8', price(5, 25)],
  ['claude-opus-4-7', price(5, 25)],
  ['claude-opus-4-6', price(5, 25)],
  ['claude-opus-4-5', price(5, 25)],
  ['claude-sonnet-5-5', price(2, 10)],
  ['claude-sonnet-5', price(2, 10)],
  ['claude-sonnet-4-6', price(3, 15)],
  ['claude-sonnet-4-5', price(3, 15)],
  ['claude-haiku-5-5', price(0.1, 0.5, { over: 100_000, input: 0.5, output: 2.5 })],
  ['claude-haiku-4-5', price(1, 5)],
  ['gpt-6-astra', openaiPrice(10, 50)],
  ['gpt-6.1-sol', openaiPrice(2, 10)],
  ['gpt-6.1-terra', openaiPrice(1, 5)],
  ['gpt-6-sol', openaiPrice(2, 10)],
  ['gpt-6-luna', openaiPrice(0.1, 0.5)],
  ['gpt-5.6', openaiPrice(5, 30)],
  ['gpt-5.6-sol', openaiPrice(5, 30)],
  ['gpt-5.6-terra', openaiPrice(2, 12)],
  ['gpt-5.6-luna', openaiPrice(0.2, 1.2)],
  ['gpt-5.5', openaiPrice(5, 30)],
  ['gpt-5.4', openaiPrice(2.5, 15)],
  ['gpt-5.4-mini', price(0.75, 4.5)],
  ['gpt-5.4-nano', price(0.2, 1.25)],
  ['gpt-5.2', price(1.75, 14)],
  ['gpt-5.1', price(1.25, 10)],
  ['gpt-5', price(1.25, 10)],
  ['gpt-5-mini', price(0.25, 2)],
  ['gpt-5-nano', price(0.05, 0.4)],
  ['gpt-4.1', price(2, 8)],
  ['gpt-4.1-mini', price(0.4, 1.6)],
  ['gpt-4.1-nano', price(0.1, 0.4)],
  ['gpt-4o', price(2.5, 10)],
  ['gpt-4o-mini', price(0.15, 0.6)],
  ['gemini-4-argon', price(4, 20)],
  ['gemini-3.8-flash', price(1.5, 7.5)],
  ['gemini-3.7-flash', price(1.5, 7.5)],
  ['gemini-3.6-flash', price(1.5, 7.5)],
  ['gemini-3.5-flash', price(1.5, 9)],
  ['gemini-3.5-flash-lite', price(0.3, 2.5)],
  ['gemini-3.1-pro-preview', price(2, 12, { over: 200_000, input: 4, output: 18 })],
  ['gemini-3.1-flash-lite', price(0.25, 1.5)],
  ['gemini-3-flash-preview', price(0.5, 3)],
  ['gemini-2.5-pro', price(1.25, 10, { over: 200_000, input: 2.5, output: 15 })],
  ['gemini-2.5-flash', price(0.3, 2.5)],
  ['gemini-2.5-flash-lite', price(0.1, 0.4)],
]);

/** The model of an llm that names none. Undefined: there is no default, and the file must name one. */
export function modelOf(llm: Pick<LlmPlan, 'provider' | 'model'>): string | undefined {
  return llm.model ?? defaultModels[llm.provider];
}

const defaultModels: Readonly<Record<LlmPlan['provider'], string | undefined>> = {
  anthropic: 'claude-sonnet-5-5',
  openai: 'gpt-6-sol',
  gemini: 'gemini-3.8-flash',
  ollama: undefined,
  openai_compatible: undefined,
  echo: 'echo',
};

/**
 * What an llm costs: its own `price`, or the table's for its model, where a date at the end of the model's name
 * does not count. A local Ollama and `echo` cost nothing. Undefined: not known, so `max_cost_usd` cannot be kept.
 */
export function priceOf(llm: Pick<LlmPlan, 'provider' | 'model' | 'price'>): Price | undefined {
  if (llm.price !== undefined) return llm.price;
  if (llm.provider === 'ollama' || llm.provider === 'echo') return price(0, 0);
  const model = modelOf(llm);
  return model === undefined ? undefined : prices.get(model.replace(/-\d{4}-?\d{2}-?\d{2}$/, ''));
}

/** US dollars of one call. */
export function costOf({ input, output, long }: Price, inputTokens: number, outputTokens: number): number {
  const rates = long !== undefined && inputTokens > long.over ? long : { input, output };
  return (inputTokens * rates.input + outputTokens * rates.output) / 1e6;
}
