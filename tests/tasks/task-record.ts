import type { TaskRecord } from '../../src/journal/tasks.ts';

/** A task of agent `a` that was just claimed, with no end yet. */
export function taskRecord(changes: Partial<TaskRecord> = {}): TaskRecord {
  return {
    id: 'manual-a-1',
    agent: 'a',
    trigger: 'manual',
    triggerType: 'manual',
    status: 'running',
    reason: undefined,
    cancelReason: undefined,
    input: 'hi',
    result: undefined,
    error: undefined,
    attempt: 1,
    crashes: 0,
    createdAt: 0,
    startedAt: 0,
    finishedAt: undefined,
    dueAt: undefined,
    scheduledAt: undefined,
    group: undefined,
    callbackUrl: undefined,
    traceparent: undefined,
    count: 1,
    usage: undefined,
    notes: undefined,
    fence: 1,
    ...changes,
  };
}
