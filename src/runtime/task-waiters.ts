import type { EventBus, Unsubscribe } from '../core/events.ts';
import type { Journal } from '../journal/journal.ts';
import { isTerminal, type TaskRecord } from '../journal/tasks.ts';

/** Lets callers wait for the end of a task: a synchronous webhook, the `trigger` command. */
export class TaskWaiters {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #journal: () => Journal;
  readonly #unsubscribe: Unsubscribe;
  #closed = false;

  constructor(bus: EventBus, journal: () => Journal) {
    this.#journal = journal;
    this.#unsubscribe = bus.subscribe((event) => {
      if (
        event.type === 'task.completed' ||
        event.type === 'task.failed' ||
        event.type === 'task.cancelled'
      ) {
        for (const wake of this.#waiting.get(event.taskId) ?? []) wake();
      }
    });
  }

  /**
   * Resolves with the task once it is over, and with undefined when the runtime stops first: then it goes on at the
   * next start. Rejects with the signal's reason when that is aborted first.
   */
  async ended(taskId: string, signal: AbortSignal): Promise<TaskRecord | undefined> {
    const told = this.#told(taskId, signal);
    try {
      // It may have ended before anyone waited.
      const task = await this.#journal().getTask(taskId);
      if (task !== undefined && isTerminal(task.status)) return task;
      await told.promise;
      if (this.#closed) return undefined;
      const ended = await this.#journal().getTask(taskId);
      if (ended === undefined) throw new Error(`task ${taskId} is not in the journal`);
      return ended;
    } finally {
      told.forget();
    }
  }

  /** Tells everybody who still waits that it was in vain. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const wakers of this.#waiting.values()) for (const wake of wakers) wake();
  }

  #told(taskId: string, signal: AbortSignal): { promise: Promise<void>; forget: () => void } {
    let onAbort = () => {};
    let wake = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      wake = resolve;
      onAbort = () => reject(signal.reason);
    });
    // Nobody may be listening yet when it is aborted.
    promise.catch(() => {});
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const wakers = this.#waiting.get(taskId) ?? new Set();
    wakers.add(wake);
    this.#waiting.set(taskId, wakers);
    return {
      promise,
      forget: () => {
        signal.removeEventListener('abort', onAbort);
        wakers.delete(wake);
        if (wakers.size === 0) this.#waiting.delete(taskId);
      },
    };
  }
}
