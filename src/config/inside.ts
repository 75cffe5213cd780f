// Values inside of plain data, by their path.
import type { Path } from './places.ts';

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce(childOf, root);
}

export function setIn(root: unknown, path: Path, value: unknown): void {
  const container = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last !== undefined && typeof container === 'object' && container !== null)
    Reflect.set(container, last, value);
}

export function removeIn(root: unknown, path: Path): void {
  const container = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last !== undefined && typeof container === 'object' && container !== null)
    Reflect.deleteProperty(container, last);
}

function childOf(container: unknown, step: PropertyKey): unknown {
  if (typeof container !== 'object' || container === null) return undefined;
  return Object.hasOwn(container, step) ? Reflect.get(container, step) : undefined;
}
