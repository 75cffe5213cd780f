// What is left of a wrong part of a config, so that the rest of it is checked too: every problem is said at once. What
// is left must lead to no false word, so what is missing in it is told to whoever goes on with it.
import type { z } from 'zod';
import { removeIn, setIn, valueAt } from './inside.ts';
import { flatten, type Issue } from './issues.ts';
import { phrase } from './phrase.ts';
import type { Path } from './places.ts';

/** Fields whose absence means something: without them, what is said about the rest would be wrong. */
const bearing: ReadonlySet<PropertyKey | undefined> = new Set([
  ...['type', 'id', 'llm', 'command', 'instruction', 'instruction_file'],
  ...['cron', 'every', 'at', 'path', 'methods', 'secret', 'secrets', 'signature', 'signature_header', 'auth'],
  ...['mode', 'callback_field', 'callback_url', 'events', 'from', 'to'],
  ...['enabled', 'jwks_url', 'issuer', 'audience', 'api_keys', 'api_key', 'provider', 'price'],
]);

/** Of these the misspelt ones are taken for what they were meant to be. */
const takenAsMeant: ReadonlySet<string> = new Set(
  [...bearing, 'tools', 'tools_on_webhook', 'mcp_servers'].map(String),
);

/** Texts in place of wrong ones whose absence would mean something, and whose value bears on nothing else. */
const standIns: ReadonlyMap<PropertyKey | undefined, string> = new Map([
  ['secret', 'stands-in-for-a-secret'],
  ['id', 'stands-in'],
]);

/** Taking one thing out may leave another one wrong: a server without its command. */
const mostRounds = 10;

/**
 * A value without what is wrong in it; undefined where the rest cannot stand alone.
 * @param distrust is told of each path that has not the value that was written there.
 */
export function salvage<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  issues: readonly Issue[],
  distrust: (path: Path) => void,
): z.output<Schema> | undefined {
  const copy: unknown = structuredClone(value);
  let wrong = issues;
  for (let round = 0; round < mostRounds; round += 1) {
    if (!mend(copy, wrong, distrust)) return undefined;
    const result = schema.safeParse(copy, { error: phrase });
    if (result.success) return result.data;
    wrong = flatten(result.error.issues);
  }
  return undefined;
}

function mend(root: unknown, issues: readonly Issue[], distrust: (path: Path) => void): boolean {
  const items = new Map<string, { readonly list: Path; readonly wrong: Set<number> }>();
  for (const { path: at, keys, meant } of issues) {
    if (keys !== undefined) {
      keys.forEach((key, index) => {
        takeAsMeant(root, at, key, meant?.[index] ?? '', distrust);
      });
      continue;
    }
    const standIn = standIns.get(at.at(-1));
    if (standIn !== undefined) {
      setIn(root, at, standIn);
      distrust(at);
      continue;
    }
    const path = wholeOf(root, at);
    const index = path.findLastIndex((step) => typeof step === 'number');
    if (index === -1) {
      if (!canGo(path)) return false;
      removeIn(root, path);
      distrust(path);
      continue;
    }
    const list = path.slice(0, index);
    const name = list.map(String).join('\0');
    const known = items.get(name) ?? { list, wrong: new Set() };
    items.set(name, known);
    known.wrong.add(Number(path[index]));
  }
  return [...items.values()].every(({ list, wrong }) => mendList(root, list, wrong, distrust));
}

/** What has to go where the value at `path` is wrong: what lacks a field goes as a whole, and so does a tool server. */
function wholeOf(root: unknown, path: Path): Path {
  const whole = valueAt(root, path) === undefined ? path.slice(0, -1) : path;
  return whole[0] === 'mcp_servers' ? whole.slice(0, 2) : whole;
}

function canGo(path: Path): boolean {
  return path.length > 0 && !path.some((step) => bearing.has(step));
}

/** Wrong items become a sound one, so that each of the others keeps its place. A list without any goes. */
function mendList(
  root: unknown,
  list: Path,
  wrong: ReadonlySet<number>,
  distrust: (path: Path) => void,
): boolean {
  const items = valueAt(root, list);
  const sound = Array.isArray(items) ? [...items.keys()].find((index) => !wrong.has(index)) : undefined;
  if (sound === undefined) {
    if (!canGo(list)) return false;
    removeIn(root, list);
    distrust(list);
    return true;
  }
  for (const index of wrong) {
    setIn(root, [...list, index], structuredClone(valueAt(root, [...list, sound])));
    distrust([...list, index]);
  }
  return true;
}

function takeAsMeant(
  root: unknown,
  path: Path,
  key: string,
  meant: string,
  distrust: (path: Path) => void,
): void {
  const field = [...path, meant];
  if (takenAsMeant.has(meant) && valueAt(root, field) === undefined) {
    setIn(root, field, valueAt(root, [...path, key]));
    distrust(field);
  }
  removeIn(root, [...path, key]);
}
