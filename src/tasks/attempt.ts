import { backoffDelay, type RetryPolicy } from '../core/backoff.ts';
import { formatDuration } from '../core/duration.ts';
import type { CallboardEvent } from '../core/events.ts';
import { Failure } from '../core/failure.ts';
import type { Random } from '../core/random.ts';
import type { Outcome, TaskRecord } from '../journal/tasks.ts';

/** How an attempt ended, before anything was written. */
export type AttemptEnd =
  | { readonly kind: 'completed'; readonly output: string; readonly notes: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly notes: unknown }
  | { readonly kind: 'timeout'; readonly timeout: number; readonly notes: unknown }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly notes: unknown };

type EndEvent = Extract<
  CallboardEvent,
  { type: 'task.completed' | 'task.failed' | 'task.cancelled' | 'task.retrying' }
>;

/** An attempt's end as it stands in the journal. */
export interface RecordedEnd {
  readonly status: Outcome['end']['status'];
  /** A task of the same group became ready in the same commit. */
  readonly released: boolean;
  /** What to tell the world about it. */
  readonly event: EndEvent;
}

/** Decides what an attempt's end means for the task: over, or another try after a wait. */
export function outcomeOf(
  end: AttemptEnd,
  attempt: number,
  options: { readonly retry: RetryPolicy; readonly now: number; readonly random: Random },
): Outcome['end'] {
  if (end.kind === 'completed') return { status: 'completed', result: end.output };
  if (end.kind === 'cancelled') return { status: 'cancelled', reason: end.reason };
  const failure =
    end.kind === 'failed'
      ? end.failure
      : new Failure('timeout', `the attempt took longer than ${formatDuration(end.timeout)}`, {
          retryable: true,
        });
  const error = failure.toJSON();
  if (error.retryable && attempt < options.retry.maxAttempts) {
    return {
      status: 'retrying',
      error,
      dueAt: options.now + backoffDelay(options.retry, attempt, options.random),
    };
  }
  return { status: 'failed', error };
}

/** The event that tells of an outcome. */
export function eventOf(task: TaskRecord, end: Outcome['end'], at: number): EndEvent {
  const about = { taskId: task.id, agent: task.agent, trigger: task.trigger, at };
  const durationMs = at - (task.startedAt ?? task.createdAt);
  switch (end.status) {
    case 'completed':
      return { ...about, type: 'task.completed', durationMs };
    case 'failed':
      return { ...about, type: 'task.failed', durationMs, error: end.error };
    case 'cancelled':
      return { ...about, type: 'task.cancelled', durationMs, reason: end.reason };
    case 'retrying':
      return { ...about, type: 'task.retrying', attempt: task.attempt, error: end.error, dueAt: end.dueAt };
  }
}
