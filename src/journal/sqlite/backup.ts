// A copy is made through a connection of its own, from whatever process asks for it: the journal is in WAL mode, so
// its owner neither waits for the copy nor has to be asked, and a copy can be made while nobody runs.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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
  let folder: string | undefined;
  try {
    if (!existsSync(from)) throw new Error('there is no such file');
    // Asked here only to say so at once.
    if (existsSync(target)) throw new Error(`${target} exists already`);
    removeAbandoned(target);
    // Never under its own name before it is whole: a copy that was cut off must not be taken for one. Each has a folder
    // of its own, so that two copies to one name never write to one file.
    folder = mkdtempSync(`${target}${partial}${process.pid}-`);
    const whole = join(folder, 'copy.db');
    closeSync(openSync(whole, 'wx', 0o600));
    copy(from, whole);
    sync(whole);
    give(whole, target);
    sync(dirname(target));
  } catch (thrown) {
    throw new BackupError(from, target, thrown);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Between the name of a copy and the process that makes it. */
const partial = '.partial-';

/** Removes what copies to the same name have left whose process was killed. */
function removeAbandoned(target: string): void {
  const prefix = `${basename(target)}${partial}`;
  for (const name of readdirSync(dirname(target))) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\w{6}$/.exec(name.slice(prefix.length))?.[1] : undefined;
    // One that is at work where its process cannot be seen from here fails, and says so: it has no file to give a name.
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it runs as somebody else.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** Gives a file its name, unless another one has it: a rename would replace that. */
function give(whole: string, target: string): void {
  try {
    linkSync(whole, target);
  } catch (thrown) {
    if (existsSync(target)) throw thrown;
    // A disk without links, such as a USB stick.
    closeSync(openSync(target, 'wx', 0o600));
    renameSync(whole, target);
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
  if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' && 'dest' in cause)
    return `${String(cause.dest)} exists already`;
  return errorMessage(cause);
}
