import { inSpan, type Tracer } from '../core/trace.ts';
import type { AdmissionResult } from '../journal/admission.ts';
import type { NewTask } from '../journal/tasks.ts';

/** Admits a task that no request of a webhook asked for, in a span that its attempts have as their parent. */
export function admitInSpan<Result extends AdmissionResult>(
  tracer: Tracer,
  task: NewTask,
  admit: (task: NewTask) => Promise<Result>,
): Promise<Result> {
  const { agent, trigger, triggerType, scheduledAt } = task;
  const span = tracer.start(`${triggerType} ${agent}/${trigger}`, {
    attributes: {
      'callboard.agent': agent,
      'callboard.trigger': trigger,
      'callboard.scheduled_at': scheduledAt === undefined ? undefined : new Date(scheduledAt).toISOString(),
    },
  });
  return inSpan(span, async ({ traceparent }) => {
    const result = await admit({ ...task, traceparent });
    const id = result.outcome === 'admitted' ? task.id : undefined;
    span.set({ 'callboard.outcome': result.outcome, 'callboard.task.id': id });
    return result;
  });
}
