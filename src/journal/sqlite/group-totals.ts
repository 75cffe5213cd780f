// What the operations of a group add up to, written once before its commit: how many tasks of each agent wait and run,
// and the newest task time. For each task alone these rows cost as much as the task's own.
import type { TaskStatus } from '../../core/events.ts';
import { isTerminal } from '../tasks.ts';

interface Depth {
  readonly waiting: number;
  readonly running: number;
}

const weightless: Depth = { waiting: 0, running: 0 };

function weightOf(status: TaskStatus | undefined): Depth {
  if (status === undefined || isTerminal(status)) return weightless;
  return status === 'running' ? { waiting: 0, running: 1 } : { waiting: 1, running: 0 };
}

export interface TotalsMark {
  readonly depths: ReadonlyMap<string, Depth>;
  readonly newest: bigint;
}

export class GroupTotals {
  /** Changes of the open group, by agent. */
  #depths = new Map<string, Depth>();
  #newest = 0n;
  #committed: number | undefined;

  /** How many more tasks of each agent wait and run than before the open group. */
  get depths(): ReadonlyMap<string, Depth> {
    return this.#depths;
  }

  /** The newest task time of the open group, in nanoseconds; 0 when it made no task. */
  get newest(): bigint {
    return this.#newest;
  }

  /**
   * Waiting tasks of all agents, those of the open group included. `read` tells the sum of what is committed, and is
   * asked once: a sum over ten thousand agents is no small query.
   */
  waitingTasks(read: () => number): number {
    this.#committed ??= read();
    return this.#committed + this.#change();
  }

  /** A task of the agent went from one status to another; `from` is undefined for a new one. */
  moved(agent: string, from: TaskStatus | undefined, to: TaskStatus): void {
    const [before, after] = [weightOf(from), weightOf(to)];
    const { waiting, running } = this.#depths.get(agent) ?? weightless;
    this.#depths.set(agent, {
      waiting: waiting + after.waiting - before.waiting,
      running: running + after.running - before.running,
    });
  }

  /** A task of this time, in nanoseconds, was made. */
  made(nanos: bigint): void {
    if (nanos > this.#newest) this.#newest = nanos;
  }

  /** The group is committed. */
  settle(): void {
    if (this.#committed !== undefined) this.#committed += this.#change();
    this.drop();
  }

  /** Nothing of the group remains. */
  drop(): void {
    this.#depths = new Map();
    this.#newest = 0n;
  }

  mark(): TotalsMark {
    return { depths: new Map(this.#depths), newest: this.#newest };
  }

  /** Forgets what was added since the mark. */
  restore({ depths, newest }: TotalsMark): void {
    this.#depths = new Map(depths);
    this.#newest = newest;
  }

  #change(): number {
    let sum = 0;
    for (const { waiting } of this.#depths.values()) sum += waiting;
    return sum;
  }
}
