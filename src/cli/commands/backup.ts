// `callboard backup`: a copy of the journal, whether a server runs on it or not.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BackupError, backupSqliteJournal } from '../../journal/sqlite/backup.ts';
import { ClientError } from '../client-error.ts';
import type { Io } from '../io.ts';
import { type ServedOptions, servedPlan } from '../served-plan.ts';

export interface BackupOptions extends ServedOptions {
  /** The new file. */
  readonly to: string;
}

/**
 * Copies the journal to a new file of mode 0600. It reads the file itself rather than ask a server for it: so whoever
 * may read the journal may copy it, nobody can make a server write where they like, and a large copy holds up nothing.
 * @throws {ClientError} when the copy could not be made.
 */
export async function backup(options: BackupOptions, io: Io): Promise<number> {
  const from = await journalPath(options, io);
  const to = resolve(io.cwd, options.to);
  try {
    backupSqliteJournal(from, to);
  } catch (thrown) {
    if (!(thrown instanceof BackupError)) throw thrown;
    throw new ClientError(thrown.message);
  }
  io.stdout.write(`Copied ${from} to ${to}, ${statSync(to).size} bytes\n`);
  return 0;
}

async function journalPath({ data, ...options }: BackupOptions, io: Io): Promise<string> {
  if (data !== undefined) return resolve(io.cwd, data, 'callboard.db');
  const plan = await servedPlan(options, 'cannot tell where the journal is, name its folder with --data', io);
  return plan?.journal.path ?? resolve(io.cwd, 'data', 'callboard.db');
}
