// Why the journal did not do what it was asked for.

/** The worker's claim is over: another one holds the row, or it has ended. Nothing was written. */
export class StaleFence extends Error {
  /** `task ID` or `delivery ID`. */
  readonly what: string;

  constructor(what: string) {
    super(`${what} is no longer held by this worker`);
    this.name = 'StaleFence';
    this.what = what;
  }
}

/** The journal cannot write now (disk full, I/O error). Nothing of the operation was written; it may be tried again. */
export class JournalUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the journal cannot write: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'JournalUnavailable';
  }
}

/** The cursor did not come from a page of the journal. */
export class InvalidCursor extends Error {
  readonly cursor: string;

  constructor(cursor: string) {
    super(`Cannot list from the cursor ${JSON.stringify(cursor)}: it came from no page of this list`);
    this.name = 'InvalidCursor';
    this.cursor = cursor;
  }
}
