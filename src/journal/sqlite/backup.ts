// A copy is made through a connection of its own, from whatever process asks for it: the journal is in WAL mode, so
// its owner neither waits for the copy nor has to be asked, and a copy can be made while nobody runs.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorMessage } from '../../core/failure.ts';
import { Connection } from './connection.ts';
import { refuseForeign } from './migrate.ts';

/** The copy could not be made; nothing of it is left. The message says why. */
export class BackupError extends Error {
  constructor(from: string, to: string, cause: unknown) {
    super(`Cannot copy the journal ${from} to ${to}: ${reasonOf(cause)}`, { cause });
    this.name = 'BackupError';
  }
}

/**
 * Copies the journal at `from` to `to`, a new file of mode 0600: everything that was committed when the copy began,
 * synced. Another process may be writing to the journal meanwhile. Holds the event loop for as long as it takes.
 * @throws {BackupError} when `to` exists, `from` is no journal, the disk is full, …
 */
export function backupSqliteJournal(from: string, to: string): void {
  const target = resolve(to);
  // Never under its own name before it is whole: a copy that was cut off must not be taken for one.
  const partial = `${target}.partial`;
  const made: string[] = [];
  try {
    if (!existsSync(from)) throw new Error('there is no such file');
    for (const path of [target, partial]) {
      closeSync(openSync(path, 'wx', 0o600));
      made.push(path);
    }
    copy(from, partial);
    sync(partial);
    renameSync(partial, target);
    sync(dirname(target));
  } catch (thrown) {
    for (const path of made) rmSync(path, { force: true });
    throw new BackupError(from, target, thrown);
  }
}

function copy(from: string, into: string): void {
  const connection = new Connection(from);
  try {
    connection.exec('PRAGMA busy_timeout = 10000');
    refuseForeign(connection, from);
    connection.run('VACUUM INTO ?', into);
  } finally {
    connection.close();
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' && 'path' in cause)
    return `${String(cause.path)} exists already`;
  return errorMessage(cause);
}
