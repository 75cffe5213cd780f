import type { ConfigParts } from '../config/config.ts';
import type { BuildContext } from './context.ts';
import type { ObservabilityPlan } from './plan.ts';
import { checkUrl } from './urls.ts';

export function buildObservability(
  context: BuildContext,
  { metrics, tracing: { enabled, endpoint } }: ConfigParts['sections']['observability'],
): ObservabilityPlan {
  const path = ['observability', 'tracing'];
  if (endpoint !== undefined) checkUrl(context, [...path, 'endpoint'], endpoint);
  if (!enabled) return { metrics: metrics.enabled, tracing: undefined };
  if (endpoint === undefined) {
    const message = 'tracing is enabled, but has no endpoint to send to, such as "http://localhost:4318"';
    context.problems.error([...path, 'enabled'], message);
    return { metrics: metrics.enabled, tracing: undefined };
  }
  return { metrics: metrics.enabled, tracing: { endpoint } };
}
