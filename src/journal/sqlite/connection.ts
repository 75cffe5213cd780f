import Database from 'libsql';
import { GroupTotals } from './group-totals.ts';

/** What may be bound. A boolean would abort the whole process inside the driver, so the type leaves it out. */
export type Value = string | number | null | undefined;

/** A row by column name. The readers in row.ts narrow its values. */
export type Row = Readonly<Record<string, unknown>>;

type Prepared = ReturnType<InstanceType<typeof Database>['prepare']>;

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** The driver reads a TEXT value only up to its first NUL; as a BLOB the value comes back whole. */
function bound(values: readonly Value[]): unknown[] {
  return values.map((value) => {
    if (value === undefined) return null;
    return typeof value === 'string' && value.includes('\0') ? Buffer.from(value) : value;
  });
}

/** One connection with its prepared statements, each prepared once. */
export class Connection {
  readonly #database: InstanceType<typeof Database>;
  readonly #statements = new Map<string, Prepared>();
  /** What the open group adds up; {@linkcode GroupWriter} writes and clears it. */
  readonly totals = new GroupTotals();

  /** Opens, and creates, the database at `path`, which may be `:memory:`. */
  constructor(path: string) {
    this.#database = new Database(path);
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Runs several statements that take no values. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /**
   * Runs a statement that returns no rows: the driver would leave any other one under way, and the next savepoint
   * or commit would fail. The number of rows that it changed, and the key of the last one that it inserted.
   */
  run(sql: string, ...values: readonly Value[]): { changes: number; lastSeq: number } {
    const result = this.#prepare(sql).run(bound(values));
    return { changes: result.changes, lastSeq: Number(result.lastInsertRowid) };
  }

  /** The first row. */
  get(sql: string, ...values: readonly Value[]): Row | undefined {
    const row = this.#prepare(sql).get(bound(values));
    return isRow(row) ? row : undefined;
  }

  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#prepare(sql).all(bound(values)).filter(isRow);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite's primary result code of an error of the driver; undefined for every other error. */
export function sqliteCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('rawCode' in thrown)) return undefined;
  return typeof thrown.rawCode === 'number' ? thrown.rawCode & 0xff : undefined;
}
