import { noSpan, type Span, type Tracer } from '../core/trace.ts';
import type { TaskRecord } from '../journal/tasks.ts';

/** The spans of the attempts at tasks that are under way, from the claim to the record of their end. */
export class TaskSpans {
  readonly #tracer: Tracer;
  readonly #open = new Map<string, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** The span of this claim, begun with the first call. */
  begin(task: TaskRecord): Span {
    const known = this.#open.get(keyOf(task));
    if (known !== undefined) return known;
    const span = this.#tracer.start(`task ${task.agent}`, {
      kind: 'consumer',
      parent: task.traceparent,
      attributes: {
        'callboard.task.id': task.id,
        'callboard.agent': task.agent,
        'callboard.trigger': task.trigger,
        'callboard.attempt': task.attempt,
      },
    });
    if (span.traceparent !== undefined) this.#open.set(keyOf(task), span);
    return span;
  }

  /** What follows from the task now has this parent: the attempt that is under way, else what made the task. */
  parentOf(task: TaskRecord): string | undefined {
    return this.#open.get(keyOf(task))?.traceparent ?? task.traceparent;
  }

  /** Ends the span of this claim; `outcome` is what became of the attempt. */
  end(task: TaskRecord, outcome: string, error?: string): void {
    const span = this.#open.get(keyOf(task)) ?? noSpan;
    this.#open.delete(keyOf(task));
    span.set({ 'callboard.outcome': outcome });
    span.end(error);
  }
}

/** A task that another worker took over has another fence. */
const keyOf = ({ id, fence }: TaskRecord) => `${id} ${fence}`;
