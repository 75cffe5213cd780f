// Finding a text in another in time that grows with their lengths. JavaScript's own search takes the product of both
// for texts such as `aaaa…` and `baaa…`, which a payload may hold.

/** Up to this length JavaScript's own search is the faster one, and cannot take long. */
const short = 32;

/** Where `part` stands in `value`, from the left; the places may overlap. Of an empty part there is none. */
export function* places(value: string, part: string): Iterable<number> {
  if (part.length > short) yield* longPlaces(value, part);
  else if (part !== '')
    for (let at = value.indexOf(part); at !== -1; at = value.indexOf(part, at + 1)) yield at;
}

/** By Knuth, Morris and Pratt. */
function* longPlaces(value: string, part: string): Iterable<number> {
  if (part.length > value.length) return;
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === unit) matched += 1;
    if (matched < part.length) continue;
    yield at + 1 - matched;
    matched = borders[matched - 1] ?? 0;
  }
}

/** For each beginning of `part`, the length of the longest shorter beginning that it ends with. */
function bordersOf(part: string): Uint32Array {
  const borders = new Uint32Array(part.length);
  let border = 0;
  for (let at = 1; at < part.length; at += 1) {
    const unit = part.charCodeAt(at);
    while (border > 0 && part.charCodeAt(border) !== unit) border = borders[border - 1] ?? 0;
    if (part.charCodeAt(border) === unit) border += 1;
    borders[at] = border;
  }
  return borders;
}

export function includes(value: string, part: string): boolean {
  if (part === '') return true;
  for (const _ of places(value, part)) return true;
  return false;
}

/** The parts of `value` between each `separator`; its characters where that is empty. */
export function splitAt(value: string, separator: string): string[] {
  if (separator === '') return [...value];
  if (separator.length <= short) return value.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (const at of places(value, separator)) {
    if (at < start) continue;
    parts.push(value.slice(start, at));
    start = at + separator.length;
  }
  parts.push(value.slice(start));
  return parts;
}
