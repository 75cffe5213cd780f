import type { ToolCall } from '../agents/agent.ts';
import type { Redactor } from '../core/redact.ts';

/** Calls that are kept with a task; of more, the newest. */
const callLimit = 500;

/** What a run leaves with its task beside the result: its log, and the tool calls of every attempt. */
export class RunNotes {
  readonly #attempt: number;
  readonly #redactor: Redactor;
  readonly #calls: unknown[];
  #leftOut: number;

  /** `earlier`: the notes that the task has from attempts before this one. */
  constructor(earlier: unknown, attempt: number, redactor: Redactor) {
    const { tool_calls: calls, tool_calls_left_out: leftOut } = fields(earlier);
    this.#attempt = attempt;
    this.#redactor = redactor;
    this.#calls = Array.isArray(calls) ? [...calls] : [];
    this.#leftOut = typeof leftOut === 'number' ? leftOut : 0;
  }

  addCall({ name, at, durationMs, inputBytes, outputBytes, error }: ToolCall): void {
    this.#calls.push({
      attempt: this.#attempt,
      name,
      at: new Date(at).toISOString(),
      duration_ms: durationMs,
      input_bytes: inputBytes,
      output_bytes: outputBytes,
      ...(error === undefined ? {} : { error }),
    });
    if (this.#calls.length <= callLimit) return;
    this.#calls.shift();
    this.#leftOut += 1;
  }

  /** As JSON for the task's record, without secrets; undefined where there is nothing to note. */
  withLog(log = ''): unknown {
    if (this.#calls.length === 0 && log === '') return undefined;
    return this.#redactor.data({
      ...(log === '' ? {} : { log }),
      ...(this.#calls.length === 0 ? {} : { tool_calls: this.#calls }),
      ...(this.#leftOut === 0 ? {} : { tool_calls_left_out: this.#leftOut }),
    });
  }
}

function fields(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
