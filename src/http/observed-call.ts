import { errorMessage } from '../core/failure.ts';
import type { Span } from '../core/trace.ts';
import type { WebhookPlan } from '../plan/plan.ts';
import type { HttpWorld } from './world.ts';

/** Counts the answer of a webhook's call, and traces the call from here to its answer. */
export async function observedCall<Answer extends { readonly status: number }>(
  { tracer, metrics }: Pick<HttpWorld, 'tracer' | 'metrics'>,
  { agent, id: trigger, path }: WebhookPlan,
  request: { readonly method: string; readonly traceparent: string | undefined },
  work: (span: Span) => Promise<Answer>,
): Promise<Answer> {
  // Source of the names: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
  const span = tracer.start(`${request.method} ${path}`, {
    kind: 'server',
    parent: request.traceparent,
    attributes: {
      'http.request.method': request.method,
      'http.route': path,
      'callboard.agent': agent,
      'callboard.trigger': trigger,
    },
  });
  const answered = (status: number, error: string | undefined) => {
    metrics?.webhookAnswered(agent, trigger, status);
    span.set({ 'http.response.status_code': status });
    span.end(error);
  };
  try {
    const answer = await work(span);
    answered(answer.status, answer.status >= 500 ? `HTTP ${answer.status}` : undefined);
    return answer;
  } catch (thrown) {
    answered(500, errorMessage(thrown));
    throw thrown;
  }
}
