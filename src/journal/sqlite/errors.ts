/** The journal's file could not be opened; subclasses say why. */
export class JournalOpenError extends Error {
  /** Absolute path of the journal's file. */
  readonly path: string;
  readonly why: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`Cannot open the journal ${path}: ${why}`, options);
    this.name = 'JournalOpenError';
    this.path = path;
    this.why = why;
  }
}

/** Who holds a journal. */
export interface JournalOwner {
  readonly pid: number;
  readonly host: string;
}

/** Another process owns the file. `owner` is undefined when it has not told its name yet. */
export class JournalInUse extends JournalOpenError {
  readonly owner: JournalOwner | undefined;

  constructor(path: string, owner: JournalOwner | undefined) {
    const who =
      owner === undefined ? 'another process' : `process ${owner.pid} on ${JSON.stringify(owner.host)}`;
    super(path, `it is in use by ${who}`);
    this.name = 'JournalInUse';
    this.owner = owner;
  }
}

/** A newer Callboard wrote the file: this one cannot know what its rows mean. */
export class JournalTooNew extends JournalOpenError {
  readonly found: number;
  readonly known: number;

  constructor(path: string, found: number, known: number) {
    super(path, `its schema is version ${found}, and this program knows versions up to ${known}`);
    this.name = 'JournalTooNew';
    this.found = found;
    this.known = known;
  }
}

/** The file is no SQLite database, or one of another program. */
export class NotAJournal extends JournalOpenError {
  constructor(path: string, why: string, options?: ErrorOptions) {
    super(path, why, options);
    this.name = 'NotAJournal';
  }
}
