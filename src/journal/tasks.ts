// A task as the journal keeps it, from what it is made of to how it ended.
import type { TaskStatus, TerminalStatus, Usage } from '../core/events.ts';
import type { FailureData } from '../core/failure.ts';
import type { TriggerType } from '../core/ids.ts';
import type { NewDelivery } from './deliveries.ts';

export interface TaskRecord {
  readonly id: string;
  readonly agent: string;
  /** The trigger's id in its agent; `manual` for tasks that somebody started by hand. */
  readonly trigger: string;
  readonly triggerType: TriggerType;
  readonly status: TaskStatus;
  /** Why the task is in its state, where that needs a word: `crash_loop`, `replaced`, … */
  readonly reason: string | undefined;
  /** Why it is to be cancelled, where somebody asked for that while it ran: then it does not run again. */
  readonly cancelReason: string | undefined;
  readonly input: string;
  readonly result: string | undefined;
  readonly error: FailureData | undefined;
  /** Attempts that were started. */
  readonly attempt: number;
  /** Attempts that a dying process cut off. */
  readonly crashes: number;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** Not to be claimed before. */
  readonly dueAt: number | undefined;
  /** The instant of the schedule that made it. */
  readonly scheduledAt: number | undefined;
  /** Tasks of one agent with one group run one after another. */
  readonly group: string | undefined;
  readonly callbackUrl: string | undefined;
  /** The `traceparent` of what made it, where that was traced. */
  readonly traceparent: string | undefined;
  /** How many webhook calls it stands for. */
  readonly count: number;
  readonly usage: Usage | undefined;
  /** What the agent noted beside its result (a command's stderr, tool calls), as JSON. */
  readonly notes: unknown;
  /** Grows with each claim; a worker with an older one cannot write. */
  readonly fence: number;
}

export interface NewTask {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly triggerType: TriggerType;
  readonly input: string;
  readonly createdAt: number;
  readonly dueAt?: number | undefined;
  readonly scheduledAt?: number | undefined;
  readonly group?: string | undefined;
  readonly callbackUrl?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** An attempt's end. The deliveries that it causes are part of the same commit. */
export interface Outcome {
  readonly taskId: string;
  readonly fence: number;
  readonly at: number;
  readonly end:
    | { readonly status: 'completed'; readonly result: string }
    | { readonly status: 'failed'; readonly error: FailureData; readonly reason?: string }
    | { readonly status: 'cancelled'; readonly reason: string }
    | { readonly status: 'retrying'; readonly error: FailureData; readonly dueAt: number };
  readonly usage?: Usage | undefined;
  readonly notes?: unknown;
  readonly deliveries: readonly NewDelivery[];
}

/** What the end of a task set free: the next one of its group, where one waited behind it. */
export interface Release {
  /** It may be claimed at once. */
  readonly released: boolean;
  /** It may be claimed from then on. */
  readonly dueAt: number | undefined;
}

/** Whether the status is one that never changes again. */
export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** The record of a task that has just been admitted. */
export function queuedTask(task: NewTask): TaskRecord {
  return {
    id: task.id,
    agent: task.agent,
    trigger: task.trigger,
    triggerType: task.triggerType,
    status: 'queued',
    reason: undefined,
    cancelReason: undefined,
    input: task.input,
    result: undefined,
    error: undefined,
    attempt: 0,
    crashes: 0,
    createdAt: task.createdAt,
    startedAt: undefined,
    finishedAt: undefined,
    dueAt: task.dueAt,
    scheduledAt: task.scheduledAt,
    group: task.group,
    callbackUrl: task.callbackUrl,
    traceparent: task.traceparent,
    count: 1,
    usage: undefined,
    notes: undefined,
    fence: 0,
  };
}
