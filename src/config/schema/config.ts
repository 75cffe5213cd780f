import { z } from 'zod';
import { agentName, agentSchema } from './agent.ts';
import { flag, notRun, size, someText, someTime, text, wholeNumber } from './fields.ts';
import { llmSchema } from './llm.ts';
import { notificationSchema } from './notification.ts';
import { serverSchema } from './server.ts';

const ownDefaults = {
  llm: text.optional().describe('Of agents that name none.'),
  timezone: someText.default('UTC').describe('Of schedules that name none.'),
  timeout: someTime.prefault('5m').describe('Of agents that name none.'),
  concurrency: wholeNumber(1, 10_000).default(4).describe('Of agents that name none.'),
};

/** `defaults` without its notifications, which are checked one by one. */
export const defaultsSchema = z.strictObject(ownDefaults);

export const journalSchema = z
  .strictObject({
    path: someText
      .optional()
      .describe('The database file. Default: data/callboard.db in the working folder.'),
    keep: someTime.prefault('30d').describe('How long finished tasks, deliveries and skips are kept.'),
  })
  .describe('Where everything that happens is written down.');

export const limitsSchema = z.strictObject({
  queue: wholeNumber(1).default(100_000).describe('Waiting tasks; beyond it 503.'),
  max_body: size.prefault('1MiB').describe('Bytes of a request, inflated.'),
  template_time: someTime.prefault('100ms').describe('Of one rendering.'),
  template_output: size.prefault('1MiB').describe('Bytes of one rendering.'),
  private_urls: z
    .enum(['allow', 'deny'])
    .default('allow')
    .describe('Whether a configured URL may be private.'),
  min_free_disk: size.prefault('64MiB').describe('Below it 503 and not ready.'),
});

export const loggerSchema = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  format: z.enum(['pretty', 'json']).optional().describe('Default: pretty on a terminal, else json.'),
});

export const observabilitySchema = z.strictObject({
  metrics: z.strictObject({ enabled: flag.default(true) }).prefault({}),
  tracing: z
    .strictObject({
      enabled: flag.default(false),
      endpoint: text
        .optional()
        .describe('Takes OTLP over HTTP: http://localhost:4318. Needed where tracing is enabled.'),
    })
    .prefault({}),
});

const ownSections = {
  version: z.union([text, z.number()]).optional().describe('Version of the format; not looked at.'),
  name: text.optional(),
  description: text.optional(),
  server: serverSchema.prefault({}),
  journal: journalSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  logger: loggerSchema.prefault({}),
  observability: observabilitySchema.prefault({}),

  vector_stores: notRun,
  embedders: notRun,
  document_stores: notRun,
  databases: notRun,
  storage: notRun,
  tools: notRun,
  guardrails: notRun,
  rate_limiting: notRun,
  metadata: notRun,
  global: notRun,
  plugins: notRun,
};

/** The whole file, as editors see it. */
export const configSchema = z
  .strictObject({
    ...ownSections,
    defaults: z
      .strictObject({
        ...ownDefaults,
        notifications: z.array(notificationSchema).optional().describe("Added to every agent's own."),
      })
      .optional(),
    llms: z.record(z.string(), llmSchema).optional().describe('Models by name.'),
    agents: z.record(agentName, agentSchema).describe('Agents by name.'),
  })
  .describe('A Callboard config.');

/** The file's keys whose values are not made of parts: each of these is checked as a whole. */
export const sectionSchemas = ownSections;
