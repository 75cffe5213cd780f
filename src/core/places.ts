/**
 * Ids for children that come and go: `task.1`, `task.2`, …, those first that no child has.
 *
 * An actor that many of follow one another is named by its place and not by what it works on. XState keeps, for as
 * long as the process lives, what it found out about every event type that it has seen, and the id of an actor is
 * part of the type of its last event: a name for each task would be memory for each task. It also copies the children
 * with each that comes or goes, which V8 does several times faster for names that it has seen before.
 */
export function* freePlaces(
  prefix: string,
  children: Readonly<Record<string, unknown>>,
): Generator<string, never> {
  for (let place = 1; ; place += 1) {
    const id = `${prefix}${place}`;
    if (children[id] === undefined) yield id;
  }
}
