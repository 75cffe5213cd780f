// Group commit. What arrives in one turn of the event loop waits for its end and then shares one transaction,
// so one fsync. An operation that fails takes back only itself: the group starts anew, with a savepoint around each
// operation, which is left away as long as all go well. No promise settles before COMMIT has returned, and when BEGIN
// or COMMIT fails nothing of the group remains.
import type { Clock } from '../../core/clock.ts';
import { JournalUnavailable } from '../errors.ts';
import { type Connection, sqliteCode } from './connection.ts';
import { writeTotals } from './depths.ts';

interface Operation {
  /** Runs it inside the open transaction, and keeps what it returned. */
  perform(): void;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Called with the milliseconds that a commit took and with how many operations it held. */
export type CommitListener = (ms: number, operations: number) => void;

// ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE: faults of one statement. Anything else (FULL, IOERR, …) is the
// file's fault, and SQLite may have rolled back the whole transaction already.
const faultsOfOneOperation: ReadonlySet<number> = new Set([1, 18, 19, 20, 25]);

function isFaultOfTheFile(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code !== undefined && !faultsOfOneOperation.has(code);
}

/** Whether all went well. */
function performAll(group: readonly Operation[]): boolean {
  try {
    for (const operation of group) operation.perform();
    return true;
  } catch (thrown) {
    if (isFaultOfTheFile(thrown)) throw thrown;
    return false;
  }
}

export class GroupWriter {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #listeners: CommitListener[] = [];
  #queue: Operation[] = [];
  #closed = false;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Runs `operation`, which must be synchronous, in the next transaction, and resolves with what it returned once
   * that is committed and synced. Rejects with what it threw.
   * @throws {JournalUnavailable} when the transaction failed; nothing was written.
   */
  write<Result>(operation: () => Result): Promise<Result> {
    if (this.#closed) return Promise.reject(new JournalUnavailable('it is closed'));
    return new Promise<Result>((resolve, reject) => {
      let finish: () => void = () => {};
      const perform = () => {
        const result = operation();
        finish = () => resolve(result);
      };
      this.#queue.push({ perform, resolve: () => finish(), reject });
      if (this.#queue.length === 1) this.#clock.nextTurn(() => this.#flush());
    });
  }

  /** Commits what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#flush();
  }

  #flush(): void {
    const group = this.#queue;
    this.#queue = [];
    if (group.length === 0) return;
    const failed = new Map<Operation, unknown>();
    const started = this.#clock.monotonic();
    try {
      this.#connection.run('BEGIN IMMEDIATE');
      if (!performAll(group)) {
        this.#connection.run('ROLLBACK');
        this.#connection.totals.drop();
        this.#connection.run('BEGIN IMMEDIATE');
        for (const operation of group) this.#perform(operation, failed);
      }
      writeTotals(this.#connection);
      this.#connection.run('COMMIT');
      this.#connection.totals.settle();
    } catch (thrown) {
      this.#connection.totals.drop();
      this.#rollBack();
      const reason = new JournalUnavailable(thrown);
      for (const operation of group) operation.reject(reason);
      return;
    }
    const took = this.#clock.monotonic() - started;
    for (const operation of group) {
      if (failed.has(operation)) operation.reject(failed.get(operation));
      else operation.resolve();
    }
    for (const listener of this.#listeners) listener(took, group.length);
  }

  #perform(operation: Operation, failed: Map<Operation, unknown>): void {
    const mark = this.#connection.totals.mark();
    this.#connection.run('SAVEPOINT operation');
    try {
      operation.perform();
    } catch (thrown) {
      if (isFaultOfTheFile(thrown)) throw thrown;
      failed.set(operation, thrown);
      this.#connection.totals.restore(mark);
      this.#connection.run('ROLLBACK TO operation');
    }
    this.#connection.run('RELEASE operation');
  }

  #rollBack(): void {
    if (!this.#connection.inTransaction) return;
    try {
      this.#connection.run('ROLLBACK');
    } catch {
      // The cause is in the caller's hands already, and the next BEGIN tells whether the file works again.
    }
  }
}
