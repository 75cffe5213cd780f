import type { Usage } from '../core/events.ts';
import type { TriggerType } from '../core/ids.ts';
import type { Span, SpanOptions } from '../core/trace.ts';

/** One attempt at a task, as its agent sees it. */
export interface AgentRun {
  readonly taskId: string;
  /** The path of the journal that holds the task: with it, the id is unique on the machine. */
  readonly journal: string;
  readonly agent: string;
  readonly triggerType: TriggerType;
  /** From 1. */
  readonly attempt: number;
  /** What the trigger produced. Untrusted where the trigger is a webhook. */
  readonly input: string;
  /** What earlier attempts of this task used: budgets are for the task, not for the attempt. */
  readonly spent: Usage | undefined;
  /**
   * Does what is no part of the attempt, before or after its work: ending what a program left behind. The timeout counts
   * from anew when that is over, so it must end by itself, and soon.
   */
  readonly clearing: (work: () => Promise<void>) => Promise<void>;
  /** Aborted at timeout, cancel and shutdown. The run must end soon after. */
  readonly signal: AbortSignal;
  /** Commits what the task has used so far, so that a crash forgets nothing. Awaited between steps. */
  readonly recordUsage: (usage: Usage) => Promise<void>;
  /** Notes a tool call in the task's record. */
  readonly recordToolCall: (call: ToolCall) => void;
  /** Begins a span within that of the attempt. */
  readonly startSpan: (name: string, options: Omit<SpanOptions, 'parent'>) => Span;
}

/** One call of a tool during a run. Sizes are bytes of JSON. */
export interface ToolCall {
  readonly name: string;
  readonly at: number;
  readonly durationMs: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly error: string | undefined;
}

export interface AgentResult {
  readonly output: string;
  readonly usage?: Usage;
  /** What the run had to say beside its result, a command's stderr for example; kept with the task. */
  readonly log?: string;
}

/** What does the work of a task. */
export interface Agent {
  /**
   * Does one attempt.
   * @throws {Failure} with a code and whether another attempt may succeed.
   */
  run(run: AgentRun): Promise<AgentResult>;
  /** Frees what outlives a run (tool servers, connections). Called once, when the runtime stops or the agent is removed. */
  close?(): Promise<void>;
}
