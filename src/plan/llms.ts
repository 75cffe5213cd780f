import type { ConfigParts } from '../config/config.ts';
import type { LlmConfig } from '../config/schema/llm.ts';
import type { BuildContext } from './context.ts';
import type { LlmPlan } from './plan.ts';
import { checkUrl } from './urls.ts';

/** The variables that each provider's own tools read its key from, in order. */
const keyVariables: Readonly<Partial<Record<LlmPlan['provider'], readonly string[]>>> = {
  anthropic: ['ANTHROPIC_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  gemini: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
};

/** What to say where an agent needs a model and there is none. */
export const modelChoices =
  'set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY, start Ollama, or configure llms.default';

/** The configured models, and `default` as the environment offers it where the file names none. */
export function buildLlms(context: BuildContext, llms: ConfigParts['llms']): Map<string, LlmPlan> {
  const plans = new Map<string, LlmPlan>();
  for (const [name, { config }] of llms) {
    if (config !== undefined) plans.set(name, buildLlm(context, name, config));
  }
  if (!llms.has('default')) {
    const detected = detect(context);
    if (detected !== undefined) plans.set('default', detected);
  }
  return plans;
}

function buildLlm(context: BuildContext, name: string, config: LlmConfig): LlmPlan {
  const { problems, secrets } = context;
  const path = ['llms', name];
  const variable = keyVariableOf(context, config.provider);
  const apiKey = config.api_key ?? (variable === undefined ? undefined : context.environment[variable]);
  const variables = keyVariables[config.provider];
  if (apiKey === undefined && variables !== undefined) {
    problems.error(
      [...path, 'provider'],
      `llm "${name}" has no key: set ${variables.join(' or ')}, or give it an api_key`,
    );
  }
  if (apiKey !== undefined) secrets.add(apiKey);
  if (config.base_url !== undefined) checkUrl(context, [...path, 'base_url'], config.base_url);
  if (config.provider === 'openai_compatible') {
    for (const field of ['base_url', 'model'] as const) {
      if (config[field] !== undefined) continue;
      problems.error(path, `llm "${name}" needs ${field}: an openai_compatible provider has no default`, {
        at: 'key',
      });
    }
  }
  return {
    name,
    provider: config.provider,
    model: config.model,
    apiKey,
    baseUrl: config.base_url,
    temperature: config.temperature,
    maxTokens: config.max_tokens,
    timeout: config.timeout,
    maxRetries: config.max_retries,
    price: config.price,
    foundBy: undefined,
  };
}

function keyVariableOf({ environment }: BuildContext, provider: LlmPlan['provider']): string | undefined {
  return keyVariables[provider]?.find((name) => (environment[name] ?? '').trim() !== '');
}

function detect(context: BuildContext): LlmPlan | undefined {
  const detected = (foundBy: string, found: Pick<LlmPlan, 'provider' | 'apiKey' | 'baseUrl'>): LlmPlan => ({
    ...found,
    name: 'default',
    model: undefined,
    temperature: undefined,
    maxTokens: undefined,
    timeout: undefined,
    maxRetries: 2,
    price: undefined,
    foundBy,
  });
  for (const provider of ['anthropic', 'openai', 'gemini'] as const) {
    const variable = keyVariableOf(context, provider);
    if (variable === undefined) continue;
    const apiKey = context.environment[variable];
    if (apiKey !== undefined) context.secrets.add(apiKey);
    return detected(variable, { provider, apiKey, baseUrl: undefined });
  }
  const { ollama, environment } = context;
  const host = ollamaAt(environment.OLLAMA_HOST ?? '');
  if (host !== undefined)
    return detected('OLLAMA_HOST', { provider: 'ollama', apiKey: undefined, baseUrl: host });
  if (ollama === undefined) return undefined;
  return detected(`Ollama at ${ollama}`, { provider: 'ollama', apiKey: undefined, baseUrl: ollama });
}

/**
 * The address that `OLLAMA_HOST` means: `HOST`, `HOST:PORT` or a URL, with the port of Ollama where there is none.
 * It is also what Ollama listens on, so every address of this machine stands for this machine.
 */
function ollamaAt(variable: string): string | undefined {
  const text = variable.trim();
  const hasScheme = /^https?:\/\//.test(text);
  const url = hasScheme ? text : `http://${text}`;
  if (text === '' || !URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const host = hostname === '0.0.0.0' ? '127.0.0.1' : hostname === '[::]' ? '[::1]' : hostname;
  const usualPort = hasScheme ? '' : '11434';
  const at = port === '' ? usualPort : port;
  return `${protocol}//${host}${at === '' ? '' : `:${at}`}`;
}
