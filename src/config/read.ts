// A config's text becomes plain values with the environment put in, and everything that is needed to say later
// where each of them stood.
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { errorMessage } from '../core/failure.ts';
import { Redactor } from '../core/redact.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type Environment, interpolate, originOf } from './env.ts';
import { LineIndex } from './lines.ts';
import { keyName, type Path, Places, type Tree } from './places.ts';
import { Problems } from './problems.ts';
import { quickValue } from './quick-value.ts';
import { refuseText } from './refuse-text.ts';
import { scalarOffset } from './scalar-offset.ts';
import { isSecretName } from './secret-fields.ts';
import { secretVariables } from './secret-variables.ts';
import { yamlMessage } from './yaml-message.ts';

/** The most values that aliases may stand for in all. What they repeat is paid for each time it is used. */
const mostAliased = 100_000;
const deepest = 100;
/** From here on, in characters, a file is first read without its places: what that takes grows with the file. */
const largeText = 100_000;
/** Errors of the parser after which it no longer knows where it is. */
const derailing: ReadonlySet<string> = new Set([
  'UNEXPECTED_TOKEN',
  'MISSING_CHAR',
  'BAD_INDENT',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_DOCS',
  'BAD_ALIAS',
]);

export interface ReadConfig {
  /** Undefined where the text is no YAML at all. */
  readonly value: unknown;
  readonly problems: Problems;
}

/** Reads `text`; whatever is wrong with it as YAML, and every reference that cannot be resolved, is in `problems`. */
export function readConfig(text: string, file: string, environment: Environment): ReadConfig {
  return new Reader(text, file, environment).read();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #environment: Environment;
  readonly #lines: LineIndex;
  readonly #found: Diagnostic[] = [];
  readonly #anchors = new Map<string, { node: Node; value: unknown; size: number } | 'open'>();
  readonly #targets = new Map<Alias, Node>();
  readonly #unresolved = new Set<number>();
  #size = 0;
  #aliased = 0;
  #broken = false;

  constructor(text: string, file: string, environment: Environment) {
    this.#text = text;
    this.#file = file;
    this.#environment = environment;
    this.#lines = new LineIndex(text);
  }

  read(): ReadConfig {
    const quick =
      this.#text.length < largeText || refuseText(this.#text) !== undefined
        ? undefined
        : quickValue(this.#text, (text) => this.#plainString(text));
    if (quick !== undefined) return { value: quick.value, problems: this.#problems(() => this.#read().tree) };
    const { value, tree } = this.#read();
    const problems = this.#problems(() => tree);
    return { value: this.#broken ? undefined : value, problems };
  }

  #read(): { readonly value: unknown; readonly tree: Tree } {
    let root: Node | undefined;
    let value: unknown;
    try {
      root = this.#parse();
      if (!this.#broken) value = this.#convert(root, 0);
    } catch (thrown) {
      // Thousands of brackets overflow the parser's stack; nothing else makes it throw.
      this.#fail(0, `the file cannot be read as YAML: ${errorMessage(thrown)}`);
    }
    return { value, tree: { root, targets: this.#targets } };
  }

  #problems(tree: () => Tree): Problems {
    const redactor = new Redactor();
    redactor.add(secretVariables(this.#environment));
    const places = new Places(this.#text, tree);
    const options = {
      file: this.#file,
      lines: this.#lines,
      places,
      origin: (path: Path, at: number) => this.#origin(places.scalar(path), at),
      unresolved: this.#unresolved,
      redactor,
    };
    return new Problems(options, this.#found);
  }

  /** A string with the environment put in; undefined where there is something to say about it. */
  #plainString(text: string): string | undefined {
    if (!text.includes('${')) return text;
    const interpolated = interpolate(text, this.#environment);
    return interpolated.problems.length === 0 ? interpolated.text : undefined;
  }

  #parse(): Node | undefined {
    const text = this.#text;
    const refusal = refuseText(text);
    if (refusal !== undefined) {
      this.#fail(refusal.offset, refusal.message);
      return undefined;
    }
    // Its own search for duplicate keys compares each key with all before it: seconds for ten thousand agents.
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, keepSourceTokens: false });
    const errors = [...document.errors, ...document.warnings];
    const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    for (const error of exhausted === undefined ? errors : [exhausted]) {
      // In double quotes `\$` is no escape of YAML, but it is how a reference is written as text.
      if (error.code === 'BAD_DQ_ESCAPE' && text.startsWith('\\${', error.pos[0])) continue;
      this.#fail(error.pos[0], yamlMessage(error, text));
      // What follows is mostly the parser's own confusion.
      if (derailing.has(error.code)) break;
    }
    return document.contents ?? undefined;
  }

  /** `hidden`: below the name of a secret, so that no name in there is repeated in a message. */
  #convert(node: unknown, depth: number, hidden = false): unknown {
    this.#size += 1;
    if (isScalar(node)) {
      const value = typeof node.value === 'string' ? this.#string(node, node.value) : node.value;
      this.#note(node, value);
      return value;
    }
    if (isAlias(node)) return this.#alias(node, hidden);
    if (!isMap(node) && !isSeq(node)) return null;
    if (depth > deepest) {
      this.#fail(node.range?.[0] ?? 0, `values are nested deeper than ${deepest} levels here`);
      return null;
    }
    const { anchor } = node;
    const before = this.#size + this.#aliased;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const value = isMap(node)
      ? this.#map(node.items, depth, hidden)
      : node.items.map((item) => this.#convert(item, depth + 1, hidden));
    if (anchor !== undefined) {
      this.#anchors.set(anchor, { node, value, size: this.#size + this.#aliased - before });
    }
    return value;
  }

  #map(items: readonly Pair[], depth: number, hidden: boolean): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const { key, value } of items) {
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        const place = isMap(key) || isSeq(key) || isAlias(key) || isScalar(key) ? key.range?.[0] : undefined;
        this.#fail(place ?? 0, 'a key must be plain text');
        continue;
      }
      const name = keyName(key);
      if (name === '__proto__' || name === '<<') {
        const why = name === '<<' ? 'merge keys are YAML 1.1: write the fields out' : 'choose another name';
        this.#fail(key.range?.[0] ?? 0, `the key "${name}" cannot be used: ${why}`);
        continue;
      }
      if (Object.hasOwn(map, name)) {
        this.#fail(
          key.range?.[0] ?? 0,
          `the key ${hidden ? 'here' : JSON.stringify(name)} stands twice in this map`,
        );
        continue;
      }
      map[name] = this.#convert(value, depth + 1, hidden || isSecretName(name));
      if (isScalar(key) && key.anchor !== undefined) this.#note(key, name);
    }
    return map;
  }

  #string(node: Scalar, source: string): string {
    let text = source;
    if (source.includes('${')) {
      const interpolated = interpolate(source, this.#environment);
      text = interpolated.text;
      for (const { offset, message } of interpolated.problems) {
        this.#unresolved.add(node.range?.[0] ?? 0);
        this.#report(scalarOffset(this.#text, node, offset), message);
      }
    }
    return text;
  }

  #note(node: Scalar, value: unknown): void {
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { node, value, size: 1 });
  }

  #alias(node: Alias, hidden: boolean): unknown {
    const place = node.range?.[0] ?? 0;
    const target = this.#anchors.get(node.source);
    if (target === undefined || target === 'open') {
      const why =
        target === 'open'
          ? 'it stands inside what it repeats'
          : 'no anchor of that name comes before it (text that begins with * must be in quotes)';
      this.#fail(place, `the alias${hidden ? '' : ` *${node.source}`} cannot be followed: ${why}`);
      return null;
    }
    this.#targets.set(node, target.node);
    this.#aliased += target.size;
    if (this.#aliased > mostAliased) {
      if (!this.#broken) {
        this.#fail(
          place,
          `aliases stand for more than ${mostAliased} values from here on: the file is refused`,
        );
      }
      return null;
    }
    return target.value;
  }

  #origin(scalar: Scalar | undefined, at: number): number {
    if (typeof scalar?.value !== 'string' || !scalar.value.includes('${')) return at;
    return originOf(interpolate(scalar.value, this.#environment).pieces, at);
  }

  #report(offset: number, message: string): void {
    this.#found.push({ severity: 'error', file: this.#file, ...this.#lines.place(offset), message });
  }

  #fail(offset: number, message: string): void {
    this.#broken = true;
    this.#report(offset, message);
  }
}
