import { describe, expect, test } from 'vitest';
import { costOf, modelOf, priceOf } from '../../src/agents/prices.ts';
import { testLlm } from './runs.ts';

const priceFor = (model: string) => priceOf(testLlm('openai', 'http://127.0.0.1:9', { model }));

describe('priceOf', () => {
  test.each([
    ['claude-sonnet-5-5', { input: 2, output: 10 }],
    ['claude-sonnet-4-5-20250929', { input: 3, output: 15 }],
    ['gpt-4o-2024-11-20', { input: 2.5, output: 10 }],
  ])('%s', (model, price) => {
    expect(priceFor(model)).toEqual(price);
  });

  test('is not known for a model outside of the table, unless the file says it', () => {
    expect(priceFor('my-own')).toBeUndefined();
    const price = { input: 1, output: 2 };
    expect(priceOf(testLlm('openai', 'x', { model: 'my-own', price }))).toEqual(price);
    expect(priceOf(testLlm('openai', 'x', { model: 'gpt-4o', price }))).toEqual(price);
  });

  test('is known for the default model of each provider that has one', () => {
    for (const provider of ['anthropic', 'openai', 'gemini'] as const) {
      const llm = testLlm(provider, 'x', { model: undefined });
      expect([modelOf(llm), priceOf(llm)]).toEqual([expect.any(String), expect.anything()]);
    }
  });

  test('is nothing for a local Ollama', () => {
    expect(priceOf(testLlm('ollama', 'x', { model: undefined }))).toEqual({ input: 0, output: 0 });
  });
});

test('costOf counts a long prompt at its own rates, output included', () => {
  const price = { input: 2, output: 10, long: { over: 272_000, input: 4, output: 15 } };
  expect(costOf(price, 272_000, 1_000)).toBeCloseTo(0.554);
  expect(costOf(price, 272_001, 1_000)).toBeCloseTo(1.103);
});
