// What a task is told of the call that started it.
import type { WebhookPlan } from '../plan/plan.ts';
import type { HeaderData } from '../templates/data.ts';
import { readPath } from '../templates/fields.ts';
import type { TemplateData } from '../templates/template.ts';
import type { ParsedBody } from './webhook-body.ts';

/** A call whose body has been read whole. */
export interface WebhookRequest {
  readonly method: string;
  readonly headers: HeaderData;
  /** Query parameters, the first value of each. */
  readonly query: ReadonlyMap<string, string>;
  /** The very bytes that came: what is signed. */
  readonly body: Uint8Array;
  /** The body with its content encodings undone, within the limit; asked for only after the call was verified. */
  readonly content: () => Promise<Uint8Array>;
  /** Tells the client's address, for the log. */
  readonly from: () => string;
  /** Of the span that the call is traced in. */
  readonly traceparent?: string | undefined;
}

/** What the templates of a webhook may read: `.body .headers .query .fields .method`. */
export function webhookTemplateData(
  plan: WebhookPlan,
  request: WebhookRequest,
  body: ParsedBody,
): TemplateData {
  const data = { body: body.value, headers: request.headers, query: request.query, method: request.method };
  const fields = new Map(plan.input.fields.map(({ path, as }) => [as, readPath(data, path)] as const));
  return { ...data, fields };
}

/** Whether a call runs the trigger by what its `when` printed. */
export const letsRun = (printed: string): boolean => printed.trim() === 'true';

/** The input of the task: the template's output; else the fixed text; else the body as it came. */
export function webhookInput(plan: WebhookPlan, body: ParsedBody, data: () => TemplateData): string {
  return plan.input.template?.render(data()) ?? plan.input.text ?? body.text;
}
