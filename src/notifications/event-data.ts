import type { NotificationEvent, Usage } from '../core/events.ts';
import { JsonNumber } from '../core/json.ts';
import { TimeValue, withJson } from '../templates/data.ts';
import type { TemplateData } from '../templates/template.ts';

/** What a notification may tell of an event. */
export interface EventData {
  readonly type: NotificationEvent;
  readonly agentName: string;
  readonly taskId: string;
  /** Of `task.completed`. */
  readonly result: string | undefined;
  /** Of `task.failed`, `task.cancelled` and `task.retrying`. */
  readonly error: string | undefined;
  /** Wall milliseconds. */
  readonly timestamp: number;
  readonly input: string;
  readonly usage: Usage | undefined;
  /** From 1. */
  readonly attempt: number;
  /** The trigger's id. */
  readonly trigger: string;
}

/** The event's name without `task.`: `started`, `completed`, `failed`, `cancelled`, `retrying`. */
export function statusOf(type: NotificationEvent): string {
  return type.slice('task.'.length);
}

/** Whole seconds, as the default body shows them: some receivers read no fractions. */
export function timeOf(data: EventData): TimeValue {
  return new TimeValue(Math.floor(data.timestamp / 1_000) * 1_000);
}

/** The default body as data; see `defaultBody`. */
export function defaultFields(data: EventData): Record<string, string> {
  const { type } = data;
  return {
    type,
    agent_name: data.agentName,
    task_id: data.taskId,
    status: statusOf(type),
    ...(type === 'task.completed' ? { result: data.result ?? '' } : {}),
    ...(type === 'task.completed' || type === 'task.started' ? {} : { error: data.error ?? '' }),
    timestamp: timeOf(data).toString(),
  };
}

/**
 * What payload templates read. The capitalised names are for Go and always there, empty text where the event has
 * none; the snake-case twins are for Liquid, where only what is absent counts as false. `toJson` of all of it
 * prints the default body.
 */
export function templateData(data: EventData): TemplateData {
  const timestamp = timeOf(data);
  const { type, agentName, taskId, result, error, input, usage, attempt, trigger } = data;
  const status = statusOf(type);
  const used = usage === undefined ? undefined : { ...usage, cost_usd: asFloat(usage.cost_usd) };
  const fields = {
    Type: type,
    AgentName: agentName,
    TaskID: taskId,
    Status: status,
    Result: result ?? '',
    Error: error ?? '',
    Timestamp: timestamp,
    Input: input,
    Usage: used,
    Attempt: attempt,
    Trigger: trigger,
    type,
    agent_name: agentName,
    task_id: taskId,
    status,
    result,
    error,
    timestamp,
    input,
    usage: used,
    attempt,
    trigger,
  };
  return withJson(fields, defaultFields(data));
}

/** A number that templates hold for a float even where it is whole: Go's `%.2f` refuses an int. */
function asFloat(value: number): number | JsonNumber {
  return Number.isInteger(value) ? new JsonNumber(`${value}.0`) : value;
}
