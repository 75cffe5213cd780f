import type { LanguageModel, wrapLanguageModel } from 'ai';
import { errorMessage, Failure } from '../../core/failure.ts';
import { abortFailure } from '../aborted.ts';
import { modelOf } from '../prices.ts';
import type { LlmPlan } from '../specification.ts';
import { loadAi } from './ai.ts';
import { modelFetch } from './model-fetch.ts';
import { installedModel, usualOllama } from './ollama.ts';

const defaultBaseUrls = {
  anthropic: 'https://api.anthropic.com/v1',
  openai: 'https://api.openai.com/v1',
  gemini: 'https://generativelanguage.googleapis.com/v1beta',
  ollama: `${usualOllama}/v1`,
} as const;

/** Tool calls in one answer. The library makes so much of each that thousands would hold up everything. */
const mostToolCalls = 128;

const keyVariables = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  gemini: 'GEMINI_API_KEY',
} as const;

/** How messages call an llm: by its provider, its model and its name in the file. */
export function titleOf(llm: LlmPlan): string {
  const name = modelOf(llm);
  return `${llm.provider}${name === undefined ? '' : ` model "${name}"`} (llm "${llm.name}")`;
}

/**
 * The llm with its model named: its own, the provider's default or, for Ollama, the first that is installed there.
 * @throws {Failure} `not_configured` where there is none; as a call of a model does where Ollama cannot be asked.
 */
export async function withModel(
  llm: LlmPlan,
  signal: AbortSignal,
): Promise<LlmPlan & { readonly model: string }> {
  const model = modelOf(llm);
  if (model !== undefined) return { ...llm, model };
  if (llm.provider !== 'ollama') throw notConfigured(llm, 'it names no model');
  const url = baseUrl(llm, 'ollama');
  const first = await installedModel(url, signal).catch((thrown: unknown) => {
    if (signal.aborted) throw abortFailure(signal);
    const which = `${titleOf(llm)}, asked at ${url}/models which models it has,`;
    if (thrown instanceof Failure) {
      throw new Failure(thrown.code, `${which} ${thrown.message}`, { retryable: thrown.retryable });
    }
    const message = `${titleOf(llm)} cannot be reached at ${url}/models: ${errorMessage(thrown)}`;
    throw new Failure('provider_error', message, { retryable: true });
  });
  if (first === undefined) throw notConfigured(llm, 'it names no model, and none is installed there');
  return { ...llm, model: first };
}

/** Loads the provider's package and makes its model. Its calls fail with `bad_answer` where it wants too many tools. */
export async function openModel(llm: LlmPlan & { readonly model: string }): Promise<LanguageModel> {
  const { wrapLanguageModel } = await loadAi();
  return wrapLanguageModel({
    model: await modelFor(llm, llm.model),
    middleware: {
      specificationVersion: 'v3',
      wrapGenerate: async ({ doGenerate }) => {
        const answer = await doGenerate();
        const calls = answer.content.filter(({ type }) => type === 'tool-call').length;
        if (calls <= mostToolCalls) return answer;
        throw new Failure('bad_answer', `wants ${calls} tools at once, of ${mostToolCalls} at most`);
      },
    },
  });
}

type Model = Parameters<typeof wrapLanguageModel>[0]['model'];

async function modelFor(llm: LlmPlan, name: string): Promise<Model> {
  const fetch = modelFetch;
  switch (llm.provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({
        apiKey: keyOf(llm, llm.provider),
        baseURL: baseUrl(llm, llm.provider),
        fetch,
      })(name);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ apiKey: keyOf(llm, llm.provider), baseURL: baseUrl(llm, llm.provider), fetch })(
        name,
      );
    }
    case 'gemini': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
      return createGoogleGenerativeAI({
        apiKey: keyOf(llm, llm.provider),
        baseURL: baseUrl(llm, llm.provider),
        fetch,
      })(name);
    }
    case 'ollama':
    case 'openai_compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      const baseURL = llm.provider === 'ollama' ? baseUrl(llm, llm.provider) : llm.baseUrl;
      if (baseURL === undefined) throw notConfigured(llm, 'it has no base_url');
      const key = llm.apiKey === undefined ? {} : { apiKey: llm.apiKey };
      return createOpenAICompatible({ name: llm.provider, baseURL, fetch, ...key })(name);
    }
    case 'echo':
      throw notConfigured(llm, 'echo is no model');
  }
}

function keyOf(llm: LlmPlan, provider: keyof typeof keyVariables): string {
  if (llm.apiKey !== undefined && llm.apiKey !== '') return llm.apiKey;
  throw notConfigured(llm, `it has no key; set ${keyVariables[provider]} or its api_key`);
}

/** A bare origin, as people write it for Ollama and some proxies, gets the path that the provider's API has. */
function baseUrl(llm: LlmPlan, provider: keyof typeof defaultBaseUrls): string {
  if (llm.baseUrl === undefined) return defaultBaseUrls[provider];
  const { pathname, origin } = new URL(llm.baseUrl);
  return pathname === '/' ? origin + new URL(defaultBaseUrls[provider]).pathname : llm.baseUrl;
}

function notConfigured(llm: LlmPlan, why: string): Failure {
  return new Failure('not_configured', `Cannot use llm "${llm.name}" (${llm.provider}): ${why}`);
}
