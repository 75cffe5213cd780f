// The kinds of data that templates know beside strings, numbers, booleans, null, arrays, maps and plain records.

/** A point in time: prints as RFC 3339 in UTC, and has Go's `Format` and `Unix` in templates. */
export class TimeValue {
  /** Milliseconds since the Unix epoch. */
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** RFC 3339 in UTC, without a fraction where it is zero: `2024-12-25T20:00:00Z`. */
  toString(): string {
    const text = new Date(this.ms).toISOString();
    return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** HTTP headers as templates see them: looked up without case, repeated ones joined. */
export class HeaderData {
  /** By lower-case name, in the order they came. */
  readonly values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.values = values;
  }

  get(name: string): string | undefined {
    return this.values.get(name.toLowerCase());
  }

  toJSON(): ReadonlyMap<string, string> {
    return this.values;
  }
}

/** Header data from `[name, value]` pairs; several of one name are joined with `, `. */
export function headerData(entries: Iterable<readonly [string, string]>): HeaderData {
  const values = new Map<string, string>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase();
    const earlier = values.get(key);
    values.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return new HeaderData(values);
}

/** Query data from `[name, value]` pairs: of a name that comes several times the first value counts. */
export function queryData(entries: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of entries) {
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

/**
 * The same data, which `toJson` prints as `json`: for data that offers more than its JSON form shows. Only the
 * object itself is told so; templates cannot see or change it.
 */
export function withJson(data: { readonly [name: string]: unknown }, json: unknown): typeof data {
  // Own properties alone are readable in templates, so the prototype carries the JSON form unseen.
  const carrier: object = Object.create({ toJSON: () => json });
  return Object.assign(carrier, data);
}
