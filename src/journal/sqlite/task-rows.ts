import { taskStatuses, type Usage } from '../../core/events.ts';
import type { FailureData } from '../../core/failure.ts';
import type { TriggerType } from '../../core/ids.ts';
import type { TaskRecord } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { fields, integer, json, oneOf, optionalInteger, optionalText, text } from './row.ts';

const triggerTypes: readonly TriggerType[] = ['schedule', 'webhook', 'manual'];

function failure(row: Row): FailureData | undefined {
  const error = fields(row, 'error');
  if (error === undefined) return undefined;
  return { code: text(error, 'code'), message: text(error, 'message'), retryable: error.retryable === true };
}

function usage(row: Row): Usage | undefined {
  const used = fields(row, 'usage');
  if (used === undefined) return undefined;
  return {
    input_tokens: integer(used, 'input_tokens'),
    output_tokens: integer(used, 'output_tokens'),
    steps: integer(used, 'steps'),
    tool_calls: integer(used, 'tool_calls'),
    cost_usd: integer(used, 'cost_usd'),
  };
}

/** The record of a whole row of `tasks`. */
export function taskRecord(row: Row): TaskRecord {
  return {
    id: text(row, 'id'),
    agent: text(row, 'agent'),
    trigger: text(row, 'trigger'),
    triggerType: oneOf(row, 'trigger_type', triggerTypes),
    status: oneOf(row, 'status', taskStatuses),
    reason: optionalText(row, 'reason'),
    cancelReason: optionalText(row, 'cancel_reason'),
    input: text(row, 'input'),
    result: optionalText(row, 'result'),
    error: failure(row),
    attempt: integer(row, 'attempt'),
    crashes: integer(row, 'crashes'),
    createdAt: integer(row, 'created_at'),
    startedAt: optionalInteger(row, 'started_at'),
    finishedAt: optionalInteger(row, 'finished_at'),
    dueAt: optionalInteger(row, 'due_at'),
    scheduledAt: optionalInteger(row, 'scheduled_at'),
    group: optionalText(row, 'group_key'),
    callbackUrl: optionalText(row, 'callback_url'),
    traceparent: optionalText(row, 'traceparent'),
    count: integer(row, 'calls'),
    usage: usage(row),
    notes: json(row, 'notes'),
    fence: integer(row, 'fence'),
  };
}

export function getTask(connection: Connection, id: string): TaskRecord | undefined {
  const row = connection.get('SELECT * FROM tasks WHERE id = ?', id);
  return row === undefined ? undefined : taskRecord(row);
}

/** What every event about a task carries. */
export function aboutTask(task: TaskRecord, at: number) {
  return { taskId: task.id, agent: task.agent, trigger: task.trigger, at };
}

/** Milliseconds from the first start, or from the admission of a task that never started, to `at`. */
export function durationOf(task: TaskRecord, at: number): number {
  return Math.max(0, at - (task.startedAt ?? task.createdAt));
}
