import { z } from '@hono/zod-openapi';
import type { EventRecord } from '../../../journal/journal.ts';
import { time } from '../../views.ts';
import { failureShape, type taskAttemptShape } from './schemas.ts';

type TaskAttempt = z.infer<typeof taskAttemptShape>;

const ends: Readonly<Record<string, TaskAttempt['status']>> = {
  'task.retrying': 'failed',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
  // Back in the queue: the process stopped or died.
  'task.queued': 'interrupted',
};

const details = z.object({
  attempt: z.number().optional().catch(undefined),
  error: failureShape.optional().catch(undefined),
});

/** The attempts that the events of one task (oldest first) tell of. */
export function attemptsOf(events: readonly EventRecord[]): TaskAttempt[] {
  const attempts: TaskAttempt[] = [];
  for (const { type, at, data } of events) {
    const { attempt, error } = details.parse(data);
    const last = attempts.at(-1);
    const status = ends[type];
    if (type === 'task.started') {
      const number = attempt ?? attempts.length + 1;
      attempts.push({ number, status: 'running', started_at: time(at), ended_at: null, error: null });
    } else if (status !== undefined && last?.status === 'running') {
      attempts.splice(-1, 1, { ...last, status, ended_at: time(at), error: error ?? null });
    }
  }
  return attempts;
}
