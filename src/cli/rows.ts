// Lists of the API as tables for people, or as JSON lines for programs.
import Table from 'cli-table3';
import type { Io } from './io.ts';
import { noLines } from './no-lines.ts';
import type { Rows } from './pages.ts';
import { visibleJson, visibleLine } from './visible.ts';

const characters = new Intl.Segmenter();

type Item = Readonly<Record<string, unknown>>;

/** Prints the pages of a list: the columns as one table, or each item as one line of JSON. */
export async function printRows(
  pages: AsyncIterable<Rows> | Iterable<Rows>,
  columns: Readonly<Record<string, (item: Item) => string>>,
  format: 'text' | 'json' | undefined,
  io: Io,
): Promise<void> {
  const table = new Table({
    head: Object.keys(columns),
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
  });
  let more: Rows['next'];
  // A page at a time: together they may be too long to be held.
  for await (const { items, next } of pages) {
    if (format === 'json') for (const item of items) io.stdout.write(`${visibleJson(item)}\n`);
    else for (const item of items) table.push(Object.values(columns).map((column) => column(item)));
    more = next;
  }
  if (format === 'json') return;
  io.stdout.write(table.length === 0 ? 'none\n' : `${trimmed(table.toString())}\n`);
  if (more !== null && more !== undefined) io.stdout.write(`more: --cursor ${more}\n`);
}

/** Text of a field, empty where there is none; one line, cut at `length` units of UTF-16. */
export function field(item: Item, name: string, length = 60): string {
  const value = item[name];
  if (value === null || value === undefined) return '';
  const words = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ');
  const text = visibleLine(words);
  return text.length > length ? `${beginning(text, length - 1)}…` : text;
}

/** At most `length` units of UTF-16, and no half of what is seen as one character. */
function beginning(text: string, length: number): string {
  // Whether one ends here depends on what is before, and on the one code point that follows.
  const first = characters.segment(text.slice(0, length + 2));
  return text.slice(0, first.containing(length)?.index ?? length);
}

const trimmed = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
