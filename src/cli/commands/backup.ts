// `callboard backup`: a copy of the journal, whether a server runs on it or not.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatDiagnostic } from '../../config/diagnostics.ts';
import { BackupError, backupSqliteJournal } from '../../journal/sqlite/backup.ts';
import { loadPlan } from '../../plan/load.ts';
import { ClientError } from '../client-error.ts';
import { usualFile } from '../config-file.ts';
import type { Io } from '../io.ts';

export interface BackupOptions {
  /** The new file. */
  readonly to: string;
  /** The config file that says where the journal is. Default: the first of the usual files. */
  readonly config?: string | undefined;
  /** The folder of the journal, in place of what a config says. */
  readonly data?: string | undefined;
  readonly envFile?: string | undefined;
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

async function journalPath({ config, data, envFile }: BackupOptions, io: Io): Promise<string> {
  const { env: environment, cwd, clock } = io;
  const path = config ?? usualFile(cwd);
  if (data !== undefined || path === undefined) return resolve(cwd, data ?? 'data', 'callboard.db');
  const { plan, diagnostics } = await loadPlan({ path, environment, cwd, clock, envFile });
  if (plan !== undefined) return plan.journal.path;
  // A server may still run what this file held before, so a guess could copy the wrong journal.
  const [first] = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
  throw new ClientError(`cannot tell where the journal is, name its folder with --data: ${first}`);
}
