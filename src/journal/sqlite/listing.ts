// Lists go by time and then by row number, newest first; a cursor is the place of the last item, so rows that
// come in or go between two pages shift nothing.
import { InvalidCursor } from '../errors.ts';
import type { Page } from '../lists.ts';
import type { Connection, Row, Value } from './connection.ts';
import { integer } from './row.ts';

export interface Listing<Item> {
  /** Columns and table, up to WHERE. */
  readonly select: string;
  /** The column that orders the list. */
  readonly time: string;
  /** Conditions with one `?` for each value; those without a value are left out. */
  readonly where: readonly (readonly [condition: string, value: Value])[];
  /** Conditions without values. */
  readonly and?: readonly string[];
  readonly item: (row: Row) => Item;
}

function readCursor(cursor: string): readonly [at: number, seq: number] {
  const match = /^(\d+)\.(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) throw new InvalidCursor(cursor);
  return [Number(match[1]), Number(match[2])];
}

export function listPage<Item>(
  connection: Connection,
  listing: Listing<Item>,
  filter: { readonly limit: number; readonly cursor?: string | undefined },
): Page<Item> {
  const limit = Math.max(1, Math.floor(filter.limit));
  const conditions = [...(listing.and ?? [])];
  const values: Value[] = [];
  for (const [condition, value] of listing.where) {
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  if (filter.cursor !== undefined) {
    conditions.push(`(${listing.time}, seq) < (?, ?)`);
    values.push(...readCursor(filter.cursor));
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = connection.all(
    `${listing.select} ${where} ORDER BY ${listing.time} DESC, seq DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next =
    rows.length <= limit || last === undefined
      ? undefined
      : Buffer.from(`${integer(last, listing.time)}.${integer(last, 'seq')}`).toString('base64url');
  return { items: shown.map(listing.item), next };
}
