// What the operations of a group add up to, written once before its commit: how many tasks of each agent wait and run,
// and the newest task time. For each task alone these rows cost as much as the task's own.
import type { TaskStatus } from '../../core/events.ts';
import { isTerminal } from '../journal.ts';
import type { Connection } from './connection.ts';
import { integer } from './row.ts';

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
  readonly #connection: Connection;
  /** Changes of the open group, by agent. */
  #depths = new Map<string, Depth>();
  #newest = 0n;
  /** Waiting tasks of all agents after the last commit; undefined until somebody asks. */
  #committed: number | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
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

  /** Waiting tasks of all agents, those of the open group included. Kept in memory: a sum over ten thousand agents is no small query. */
  waitingTasks(): number {
    if (this.#committed === undefined) {
      const row = this.#connection.get('SELECT COALESCE(SUM(waiting), 0) AS waiting FROM depths');
      this.#committed = row === undefined ? 0 : integer(row, 'waiting');
    }
    return this.#committed + this.#change();
  }

  /** Writes the totals into the open transaction. */
  write(): void {
    for (const [agent, { waiting, running }] of this.#depths) {
      this.#connection.run(
        `INSERT INTO depths (agent, waiting, running) VALUES (?, ?, ?) ON CONFLICT (agent)
           DO UPDATE SET waiting = waiting + excluded.waiting, running = running + excluded.running`,
        agent,
        waiting,
        running,
      );
    }
    if (this.#newest === 0n) return;
    this.#connection.run(
      `UPDATE newest_task SET nanos = ?1
       WHERE LENGTH(nanos) < LENGTH(?1) OR (LENGTH(nanos) = LENGTH(?1) AND nanos < ?1)`,
      this.#newest.toString(),
    );
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
