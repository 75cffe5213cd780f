// Lists go by time and then by row number, newest first; a cursor is the place of the last item, so rows that
// come in or go between two pages shift nothing.
import { InvalidCursor } from '../errors.ts';
import { type Page, pageBytes } from '../lists.ts';
import type { Connection, Row, Value } from './connection.ts';
import { integer } from './row.ts';

export interface Listing<Item> {
  /** What {@linkcode Listing.item} reads. */
  readonly columns: string;
  readonly from: string;
  /** The columns that may be long. */
  readonly texts: readonly string[];
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
  const rest = `FROM ${listing.from} ${where} ORDER BY ${listing.time} DESC, seq DESC LIMIT ?`;
  const select = (columns: string, most: number) =>
    connection.all(`SELECT ${columns} ${rest}`, ...values, most);
  // First how long the rows are, which SQLite tells without reading them: rows that are no part of the page would fill
  // the memory as much as those that are.
  const bytes = ['0', ...listing.texts.map((column) => `coalesce(octet_length(${column}), 0)`)].join(' + ');
  const places = select(`seq, ${listing.time}, ${bytes} AS bytes`, limit + 1);
  const shown = countOf(places.slice(0, limit));
  const last = places[shown - 1];
  const next =
    places.length <= shown || last === undefined
      ? undefined
      : Buffer.from(`${integer(last, listing.time)}.${integer(last, 'seq')}`).toString('base64url');
  return { items: select(listing.columns, shown).map(listing.item), next };
}

/** How many of these rows one page holds. */
function countOf(rows: readonly Row[]): number {
  let total = 0;
  const passing = rows.findIndex((row) => {
    total += integer(row, 'bytes');
    return total > pageBytes;
  });
  return passing === -1 ? rows.length : Math.max(1, passing);
}
