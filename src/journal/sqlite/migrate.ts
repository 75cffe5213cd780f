import type { Connection } from './connection.ts';
import { JournalTooNew, NotAJournal } from './errors.ts';
import { initial } from './migrations/0001_initial.ts';
import { traceparent } from './migrations/0002_traceparent.ts';
import { groupTotals } from './migrations/0003_group_totals.ts';
import { endpointAge } from './migrations/0004_endpoint_age.ts';
import { fewerIndexes } from './migrations/0005_fewer_indexes.ts';
import { wishedCancels } from './migrations/0006_wished_cancels.ts';
import { pauseEnds } from './migrations/0007_pause_ends.ts';
import { callbackTriggers } from './migrations/0008_callback_triggers.ts';
import { integer } from './row.ts';

/** Marks the file as a journal of Callboard: `CALL` in ASCII, at offset 68 of the file. */
const applicationId = 0x43414c4c;

/** Number n stands at index n - 1. A migration that was released never changes. */
const migrations: readonly string[] = [
  initial,
  traceparent,
  groupTotals,
  endpointAge,
  fewerIndexes,
  wishedCancels,
  pauseEnds,
  callbackTriggers,
];

function pragma(connection: Connection, name: 'user_version' | 'application_id'): number {
  const row = connection.get(`PRAGMA ${name}`);
  return row === undefined ? 0 : integer(row, name);
}

/** @throws {NotAJournal} when somebody else's tables are in it. */
export function refuseForeign(connection: Connection, path: string): void {
  const foreign =
    pragma(connection, 'application_id') !== applicationId &&
    connection.get('SELECT 1 FROM sqlite_master LIMIT 1') !== undefined;
  if (foreign) throw new NotAJournal(path, 'it is a SQLite database of another program');
}

/**
 * Brings the schema to the newest version, each migration in a transaction of its own.
 * @throws {JournalTooNew | NotAJournal}
 */
export function migrate(connection: Connection, path: string): void {
  refuseForeign(connection, path);
  const version = pragma(connection, 'user_version');
  if (version > migrations.length) throw new JournalTooNew(path, version, migrations.length);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.exec(`PRAGMA application_id = ${applicationId}`);
      connection.exec(sql);
      connection.exec(`PRAGMA user_version = ${index + 1}`);
      connection.exec('COMMIT');
    } catch (thrown) {
      connection.exec('ROLLBACK');
      throw thrown;
    }
  }
}
