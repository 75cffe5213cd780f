import { z } from 'zod';
import type { Client } from './client.ts';

/** A page of a list, as the API answers it. */
export const pageShape = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  next: z.string().nullish(),
});

export type Rows = z.infer<typeof pageShape>;

/** As many as the API lists where nobody says how many. */
const usualLimit = '50';

/**
 * The pages of a list until `query.limit` rows are there (50 unless told), or all: the server ends a page sooner where
 * its rows are long. `path` is that of the list.
 */
export async function* pagesOf(
  client: Client,
  path: string,
  { limit = usualLimit, ...filter }: Readonly<Record<string, string | undefined>>,
): AsyncGenerator<Rows> {
  for (let left = limit, cursor = filter.cursor; ; ) {
    const asked = search({ ...filter, limit: left, cursor });
    const { items, next } = await client.request('GET', `${path}?${asked}`, pageShape);
    yield { items, next };
    left = String(Number(left) - items.length);
    if (left === '0' || next === null || next === undefined) return;
    cursor = next;
  }
}

/** A query without the fields that were not given. */
export function search(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}
