import { z } from 'zod';
import { secret, someText, someTime, text, wholeNumber } from './fields.ts';

export const providers = ['anthropic', 'openai', 'gemini', 'ollama', 'openai_compatible', 'echo'] as const;

export const llmSchema = z
  .strictObject({
    provider: z.enum(providers),
    model: someText.optional().describe("The provider's name of the model."),
    api_key: secret.optional().describe("Default: the provider's own variable."),
    base_url: text.optional().describe("Default: the provider's own address."),
    temperature: z.number().min(0).max(2).optional(),
    max_tokens: wholeNumber(1).optional().describe('Of one answer.'),
    timeout: someTime.optional().describe('Of one try of a call.'),
    max_retries: wholeNumber(0, 100).default(2).describe('Of one call, for transient errors.'),
    price: z
      .strictObject({ input: z.number().min(0), output: z.number().min(0) })
      .optional()
      .describe('US dollars for a million tokens, in place of the built-in table.'),
  })
  .describe('A model that agents can name.');

export type LlmConfig = z.output<typeof llmSchema>;
