// The shapes of the API: they validate what comes in, and the OpenAPI document is made from them.
import { z } from '@hono/zod-openapi';
import { deliveryStatuses, skipReasons, taskStatuses } from '../../../core/events.ts';
import { pageBytes } from '../../../journal/lists.ts';

const time = z.string().datetime().nullable();

const since = z
  .string()
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .openapi({ type: 'string', format: 'date-time', description: 'Only what was made at this time or later.' });

const paging = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .openapi({
      description: `The most items. Fewer come where their texts are longer than ${pageBytes / 2 ** 20} MiB together, with \`next\` for the rest.`,
    }),
  cursor: z.string().optional().openapi({ description: 'The `next` of the page before.' }),
};

// Strict, all of them: a filter that is spelled wrong would find everything, and be replayed.
export const taskQuery = z.strictObject({
  agent: z.string().optional(),
  trigger: z.string().optional(),
  status: z.enum(taskStatuses).optional(),
  since,
  ...paging,
});

export const deliveryQuery = z.strictObject({
  agent: z.string().optional(),
  notification: z.string().optional(),
  status: z.enum(deliveryStatuses).optional(),
  task: z.string().optional(),
  since,
  ...paging,
});

export const skipQuery = z.strictObject({
  agent: z.string().optional(),
  trigger: z.string().optional(),
  reason: z.enum(skipReasons).optional(),
  since,
  ...paging,
});

export const agentQuery = z.strictObject({ agent: z.string().optional() });

export const failureShape = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });

export const usageShape = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  steps: z.number(),
  tool_calls: z.number(),
  cost_usd: z.number(),
});

export const taskShape = z
  .object({
    id: z.string(),
    agent: z.string(),
    trigger: z.string(),
    status: z.enum(taskStatuses),
    reason: z.string().nullable(),
    input: z.string(),
    result: z.string().nullable(),
    error: failureShape.nullable(),
    attempt: z.number().int(),
    count: z.number().int(),
    created_at: time,
    scheduled_at: time,
    due_at: time,
    started_at: time,
    finished_at: time,
    usage: usageShape.nullable(),
    notes: z.unknown().openapi({
      description:
        'What its runs left beside the result: `log`, and `tool_calls` of every attempt as `{attempt, name, at, duration_ms, input_bytes, output_bytes, error}`.',
    }),
  })
  .openapi('Task');

/** One attempt at a task, as its events tell. */
export const taskAttemptShape = z.object({
  number: z.number().int(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled', 'interrupted']),
  started_at: time,
  ended_at: time,
  error: failureShape.nullable(),
});

export const attemptShape = z.object({
  at: time,
  status: z.number().int().nullable(),
  duration_ms: z.number(),
  error: z.string().nullable(),
  answer: z.string().nullable(),
});

export const deliveryShape = z
  .object({
    id: z.string(),
    task_id: z.string(),
    agent: z.string(),
    notification: z.string(),
    event: z.string(),
    url: z.string().nullable(),
    status: z.enum(deliveryStatuses),
    attempts: z.array(attemptShape),
    next_attempt_at: time,
    reason: z.string().nullable(),
    created_at: time,
    expires_at: time,
  })
  .openapi('Delivery');

export const skipShape = z
  .object({
    agent: z.string(),
    trigger: z.string(),
    reason: z.enum(skipReasons),
    at: time,
    count: z.number().int(),
  })
  .openapi('Skip');

export const eventShape = z
  .object({
    sequence: z.number().int(),
    at: time,
    type: z.string(),
    agent: z.string().nullable(),
    task_id: z.string().nullable(),
    data: z.unknown(),
  })
  .openapi('Event');

export const triggerShape = z
  .object({
    agent: z.string(),
    id: z.string(),
    type: z.enum(['schedule', 'webhook']),
    enabled: z.boolean(),
    state: z.string(),
    schedule: z.string().nullable(),
    words: z.string().nullable(),
    timezone: z.string().nullable(),
    next_at: time,
    path: z.string().nullable(),
    methods: z.array(z.string()).nullable(),
  })
  .openapi('Trigger');

export const notificationShape = z
  .object({
    agent: z.string(),
    id: z.string(),
    type: z.string(),
    enabled: z.boolean(),
    url: z.string(),
    events: z.array(z.string()),
    breaker: z.enum(['closed', 'open', 'probing']),
    failures: z.number().int(),
    probe_at: time,
    paused: z.string().nullable(),
  })
  .openapi('Notification');

export const agentShape = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    type: z.string(),
    concurrency: z.number().int(),
    waiting: z.number().int(),
    running: z.number().int(),
    triggers: z.array(z.string()),
    notifications: z.array(z.string()),
  })
  .openapi('Agent');

export const problemShape = z
  .object({ type: z.string(), title: z.string(), status: z.number().int(), detail: z.string() })
  .openapi('Problem');

/** A page of a list: newest first; `next` is the cursor of the page after, null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().openapi({
      description: 'The `cursor` of the next page; null on the last one, and only there.',
    }),
  });
