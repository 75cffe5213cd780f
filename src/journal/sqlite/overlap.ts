import type { Admission } from '../admission.ts';
import type { TaskRecord } from '../tasks.ts';
import type { Connection, Row } from './connection.ts';
import { holderOf } from './groups.ts';
import { integer, optionalInteger, text } from './row.ts';
import { recordSkip } from './skips.ts';
import { cancelRow } from './task-ends.ts';
import { taskRecord } from './task-rows.ts';
import { wishCancel } from './task-work.ts';

/** What making room for a new task of a group did. */
export interface Room {
  /** The new task must wait for the group's holder. */
  readonly held: boolean;
  readonly replaces: readonly string[];
  readonly displaced: readonly TaskRecord[];
}

/** Which waiting tasks a new one of the group displaces, with the reason that they will have. */
interface Displacement {
  readonly holder: Row | undefined;
  readonly rows: readonly Row[];
  readonly reason: 'overlap' | 'replaced';
}

const none: Displacement = { holder: undefined, rows: [], reason: 'overlap' };

export function displacement(connection: Connection, admission: Admission): Displacement {
  const { task, overlap } = admission;
  const { agent, group } = task;
  if (group === undefined) return none;
  const holder = holderOf(connection, agent, group);
  if (holder === undefined || (overlap !== 'queue' && overlap !== 'replace')) return { ...none, holder };
  const replace = overlap === 'replace';
  const held = connection.all(
    `SELECT * FROM tasks WHERE agent = ? AND group_key = ? AND stage = 'held' ORDER BY seq`,
    agent,
    group,
  );
  const holderGoes = holder.stage !== null && (replace || holder.started_at === null);
  return {
    holder,
    rows: (holderGoes ? [holder, ...held] : held).filter((row) => !isSpared(row, admission)),
    reason: replace ? 'replaced' : 'overlap',
  };
}

function isSpared(row: Row, { sparesLaterThan = Number.POSITIVE_INFINITY }: Admission): boolean {
  const scheduledAt = optionalInteger(row, 'scheduled_at');
  return scheduledAt === undefined || integer(row, 'created_at') - scheduledAt > sparesLaterThan;
}

/** Those of the displaced tasks whose deliveries the caller has not brought. */
export function unannounced({ rows, reason }: Displacement, { displaced }: Admission): readonly TaskRecord[] {
  if (displaced === undefined) return [];
  return rows.filter((row) => !displaced.has(text(row, 'id'))).map((row) => ({ ...taskRecord(row), reason }));
}

/** Cancels what the new task displaces, and says whether it must wait. */
export function makeRoom(
  connection: Connection,
  admission: Admission,
  { holder, rows, reason }: Displacement,
): Room {
  if (holder === undefined) return { held: false, replaces: [], displaced: [] };
  const at = admission.task.createdAt;
  const displaced = rows.map((row) => {
    const task = cancelRow(connection, row, at, reason, ({ id }) => admission.displaced?.get(id) ?? []);
    // Under the minute of its own instant: that one did not run, and not the one that comes now.
    const { agent, trigger, scheduledAt = at } = task;
    if (reason === 'overlap') recordSkip(connection, { agent, trigger, reason, at: scheduledAt });
    return task;
  });
  const replaces = admission.overlap === 'replace' && holder.stage === null && !isSpared(holder, admission);
  if (replaces) wishCancel(connection, holder, reason);
  return {
    held: !rows.includes(holder),
    replaces: replaces ? [text(holder, 'id')] : [],
    displaced,
  };
}
