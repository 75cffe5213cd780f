import { inSpan, type Tracer } from '../core/trace.ts';
import type { DeliveryRecord } from '../journal/deliveries.ts';
import type { SendResult } from '../notifications/send.ts';

/** Makes one attempt at a delivery in a span, whose `traceparent` it may carry to the receiver. */
export function sendInSpan(
  tracer: Tracer,
  delivery: DeliveryRecord,
  url: string,
  send: (traceparent: string | undefined) => Promise<SendResult>,
): Promise<SendResult> {
  const { agent, notification } = delivery;
  const span = tracer.start(
    `deliver ${delivery.url === undefined ? `${agent}/${notification}` : 'callback'}`,
    {
      kind: 'client',
      parent: delivery.traceparent,
      attributes: {
        // The host alone: the path of a webhook URL is often its secret.
        'server.address': URL.canParse(url) ? new URL(url).hostname : undefined,
        'callboard.task.id': delivery.taskId,
        'callboard.agent': agent,
        'callboard.notification': notification,
        'callboard.delivery.id': delivery.id,
        'callboard.attempt': delivery.attempts.length + 1,
      },
    },
  );
  return inSpan(span, async ({ traceparent }) => {
    const result = await send(traceparent);
    if (result.kind === 'answer') span.set({ [`${result.protocol}.response.status_code`]: result.status });
    const failure = failureOf(result);
    if (failure !== undefined) span.end(failure);
    return result;
  });
}

function failureOf(result: SendResult): string | undefined {
  switch (result.kind) {
    case 'network':
      return result.error;
    case 'refused':
      return result.reason;
    case 'answer':
      return result.status >= 200 && result.status < 300 ? undefined : `answered ${result.status}`;
  }
}
