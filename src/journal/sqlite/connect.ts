import { Connection } from './connection.ts';
import { migrate } from './migrate.ts';

/**
 * Opens the database at `path` (or `:memory:`) with the current schema and with every commit synced.
 * @throws {JournalTooNew | NotAJournal}
 */
export function connect(path: string): Connection {
  const connection = new Connection(path);
  try {
    // Somebody may look into the file with a tool of SQLite, or be just done with it: wait for it, but not for long.
    connection.exec('PRAGMA busy_timeout = 1000');
    // Before all that changes the file: one of somebody else is refused as it is.
    migrate(connection, path);
    connection.exec('PRAGMA journal_mode = WAL');
    // A commit is on the disk before anyone is told.
    connection.exec('PRAGMA synchronous = FULL');
    connection.exec('PRAGMA foreign_keys = ON');
    connection.exec(`PRAGMA cache_size = ${-32 * 1024}`);
    connection.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}
