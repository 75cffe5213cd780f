// Which part of a line of a config may be shown to whoever looks on. The file may be no YAML at all, so this goes by
// what the line and the keys around it look like, and where it is in doubt it hides.
import { fieldNames } from './open-fields.ts';
import { isChosenName, isOpenUrl, isPlainReference, isSecretName } from './secret-fields.ts';
import { closest } from './suggest.ts';

interface Key {
  readonly name: string;
  /** Offset of what stands behind the colon. */
  readonly valueAt: number;
}

type Kind = 'open' | 'secret' | 'other';

/** Where on line `index` the part begins that may hold a secret; its length where nothing does. */
export function hiddenFrom(lines: readonly string[], index: number): number {
  const line = lines[index] ?? '';
  const around = keysAround(lines, index);
  const [nearest] = around;
  const kinds = around.map(({ key }, at) => kindOf(key.name, around[at + 1]?.key.name));
  if (kinds.includes('secret'))
    return isPlainReference(unquoted(line.slice(contentAt(line)))) ? line.length : contentAt(line);
  const block = around.findIndex(({ key, text }) =>
    /^\s*[|>][-+\d]*\s*(?:#.*)?\r?$/.test(text.slice(key.valueAt)),
  );
  if (block !== -1) return kinds[block] === 'open' ? visibleUrls(line, line.length) : contentAt(line);
  const opened = nearest !== undefined && ['', '['].includes(nearest.text.slice(nearest.key.valueAt).trim());
  const inside = { parent: nearest?.key.name, open: kinds[0] === 'open' && opened };
  return visibleUrls(line, new Scan(line, inside).end());
}

/** Nothing from the credentials of a URL on. */
function visibleUrls(line: string, end: number): number {
  const found = /:\/\/(?=[^\s/?#"']*@)/.exec(line);
  return found === null ? end : Math.min(end, found.index + found[0].length);
}

function kindOf(name: string, parent: string | undefined): Kind {
  if (isChosenName(parent)) return 'other';
  if (isSecretName(name)) return 'secret';
  const { open, all } = fieldNames();
  if (open.has(name)) return 'open';
  if (all.has(name)) return 'other';
  const meant = closest(name, [...all, 'password', 'token']);
  return meant !== undefined && open.has(meant) ? 'open' : 'other';
}

/** The keys that a line stands under, the nearest first, each with its own line. */
function keysAround(lines: readonly string[], index: number): { readonly key: Key; readonly text: string }[] {
  const around: { key: Key; text: string }[] = [];
  let column = contentAt(lines[index] ?? '');
  for (let at = index - 1; at >= 0 && column > 0; at -= 1) {
    const text = lines[at] ?? '';
    // Most lines of a long file are ruled out by this.
    if (text.startsWith(' '.repeat(column))) continue;
    const start = contentAt(text);
    if (start >= column || start === text.length || text[start] === '#') continue;
    // `- secret: x`, and the last of `{ type: webhook, secrets: [`, which goes on below.
    const keys = keysOf(text);
    const last = keys.at(-1);
    column = start;
    if (last !== undefined) around.push({ key: last, text });
    const first = keys[0];
    if (first !== undefined && first !== last) around.push({ key: first, text });
  }
  return around;
}

/** Behind the indentation and the dashes of lists. */
function contentAt(line: string): number {
  return /^\s*(?:[-?]\s+)*/.exec(line)?.[0].length ?? 0;
}

/** A line may be as long as the file, so no two parts of this can take the same characters. */
const keyPattern =
  /"((?:[^"\\]|\\.)*)"\s*:|'([^']*)'\s*:|([^\s[\]{},#&*!|>'"%@`:][^[\]{},:]*):(?=[\s[\]{},]|$)/y;

function keyAt(line: string, at: number): Key | undefined {
  keyPattern.lastIndex = at;
  const match = keyPattern.exec(line);
  if (match === null) return undefined;
  const name = match[1] ?? match[2] ?? match[3] ?? '';
  return { name: name.trim(), valueAt: at + match[0].length };
}

/** Whatever may be a key, where one may begin. */
function keysOf(line: string): Key[] {
  const keys: Key[] = [];
  let mayBegin = true;
  for (let at = contentAt(line); at < line.length; at += 1) {
    const character = line.charAt(at);
    const key = mayBegin && character.trim() !== '' ? keyAt(line, at) : undefined;
    if (key !== undefined) {
      keys.push(key);
      at = key.valueAt - 1;
    } else mayBegin = '[{,'.includes(character) || (mayBegin && character.trim() === '');
  }
  return keys;
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/** Where something stands: the key that it belongs to, and whether text there may be shown. */
interface Inside {
  readonly parent: string | undefined;
  readonly open: boolean;
}

/** Goes along a line for as long as what stands there may be shown. */
class Scan {
  readonly #line: string;
  readonly #brackets: Inside[];
  /** What the next bracket opens. */
  #next: Inside;
  #at: number;

  constructor(line: string, inside: Inside) {
    this.#line = line;
    this.#at = contentAt(line);
    this.#brackets = [inside];
    this.#next = inside;
  }

  end(): number {
    while (this.#at < this.#line.length && this.#step()) {
      // Each step goes on by itself.
    }
    return this.#at;
  }

  get #inside(): Inside {
    return this.#brackets.at(-1) ?? { parent: undefined, open: false };
  }

  #step(): boolean {
    const character = this.#line[this.#at] ?? '';
    if (/[\s,]/.test(character)) this.#at += 1;
    else if (character === '[' || character === '{') {
      this.#brackets.push({ ...this.#next, open: character === '[' && this.#next.open });
      this.#next = this.#inside;
      this.#at += 1;
    } else if (character === ']' || character === '}') {
      this.#brackets.pop();
      this.#next = this.#inside;
      this.#at += 1;
    } else {
      const key = keyAt(this.#line, this.#at);
      return key === undefined ? this.#inside.open && this.#text() : this.#field(key);
    }
    return true;
  }

  /** Goes behind a key and its value; to the value where that must not be shown. */
  #field({ name, valueAt }: Key): boolean {
    const kind = kindOf(name, this.#inside.parent);
    this.#at = valueAt + contentAt(this.#line.slice(valueAt));
    if (this.#at === this.#line.length) return true;
    if (kind !== 'secret' && /[[{]/.test(this.#line[this.#at] ?? '')) {
      this.#next = { parent: name, open: kind === 'open' };
      return true;
    }
    const text = this.#scalar() ?? '';
    if (isPlainReference(unquoted(text))) {
      this.#at += text.length;
      return true;
    }
    return kind === 'open' && (/url$|^endpoint$/.test(name) ? this.#url() : this.#text());
  }

  #text(): boolean {
    const text = this.#scalar();
    // Two fields that came together in one line, or a comment.
    if (text === undefined || text.startsWith('#')) return false;
    if (!/^["']/.test(text) && /:(?:\s|$)/.test(text)) return false;
    this.#at += text.length;
    return true;
  }

  #url(): boolean {
    const text = this.#scalar() ?? '';
    const host = /^["']?[a-z][a-z0-9+.-]*:\/\/[\w.-]+(?::\d+)?(?=\/)/i.exec(text)?.[0] ?? '';
    const open = isOpenUrl(unquoted(text));
    this.#at += open ? text.length : host.length;
    return open;
  }

  /** The scalar that begins here; undefined where its quotes do not end. */
  #scalar(): string | undefined {
    const rest = this.#line.slice(this.#at);
    if (rest.startsWith('"')) return /^"(?:[^"\\]|\\.)*"/.exec(rest)?.[0];
    if (rest.startsWith("'")) return /^'(?:[^']|'')*'/.exec(rest)?.[0];
    const [plain = ''] = rest.split(/\s#/, 1);
    if (this.#brackets.length === 1) return plain;
    return /^\$\{\w+\}/.exec(plain)?.[0] ?? plain.split(/[,[\]{}]/, 1)[0];
  }
}
