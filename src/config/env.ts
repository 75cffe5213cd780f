// `${VAR}`, `${VAR:-default}` and `\${VAR}` in the string values of a config.

export type Environment = Readonly<Record<string, string | undefined>>;

/** A part of the result and where it came from: `length` units at `from` stand at `to`; `copied` ones one by one. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly copied: boolean;
}

export interface ReferenceProblem {
  /** Offset of the `$` in the value. */
  readonly offset: number;
  readonly message: string;
}

export interface Interpolated {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly problems: readonly ReferenceProblem[];
}

/** The most defaults that stand in one another; nobody writes as many, and each costs another look at the text. */
const deepest = 10;
const begin = /(\\?)\$\{(?=[A-Za-z_])/g;
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** Whether the value is one reference and nothing else: such a value takes the type of its field. */
export function isOneReference(value: string): boolean {
  return /^\$\{[A-Za-z_]/.test(value) && endOf(value, 2) === value.length;
}

/**
 * Puts the environment's values in place of the references. `${VAR:-default}` takes its default where the
 * variable is not set or empty; references in the default are replaced in turn, those in a value of the environment
 * are not. A reference that cannot be resolved becomes nothing and is a problem.
 */
export function interpolate(value: string, environment: Environment): Interpolated {
  const problems: ReferenceProblem[] = [];
  const { text, pieces } = new Expansion(environment, problems).expand(value, {
    offset: 0,
    depth: 1,
    used: true,
  });
  return { text, pieces, problems };
}

/** Where a text stands that is looked at. */
interface Part {
  /** In the whole value. */
  readonly offset: number;
  readonly depth: number;
  /** Whether it becomes part of the result: what a default that is not taken lacks is no problem. */
  readonly used: boolean;
}

class Expansion {
  readonly #environment: Environment;
  readonly #problems: ReferenceProblem[];

  constructor(environment: Environment, problems: ReferenceProblem[]) {
    this.#environment = environment;
    this.#problems = problems;
  }

  expand(value: string, part: Part): Pick<Interpolated, 'text' | 'pieces'> {
    const pieces: Piece[] = [];
    let text = '';
    let done = 0;
    const copy = (end: number) => {
      if (end > done) pieces.push({ from: done, to: text.length, length: end - done, copied: true });
      text += value.slice(done, end);
      done = end;
    };
    for (const { index, 0: whole, 1: backslash } of value.matchAll(begin)) {
      if (index < done) continue;
      copy(index);
      const from = index + whole.length;
      const end = endOf(value, from);
      if (backslash === '\\') {
        // Only the backslash goes; what stands in the braces is text.
        done = index + 1;
        const close = value.indexOf('}', from);
        copy(end ?? (close === -1 ? value.length : close + 1));
        continue;
      }
      const content = end === undefined ? undefined : value.slice(from, end - 1);
      const replacement = this.#resolve(content, { ...part, offset: part.offset + index });
      pieces.push({ from: index, to: text.length, length: replacement.length, copied: false });
      text += replacement;
      done = end ?? value.length;
    }
    copy(value.length);
    return { text, pieces };
  }

  /** `content` stands between the braces of the reference at `part`; undefined where they do not close. */
  #resolve(content: string | undefined, part: Part): string {
    const [, name, fallback] = inside.exec(content ?? '') ?? [];
    if (name === undefined) {
      // A secret may hold these characters: what stands there is not repeated.
      return this.#problem(
        part,
        `this is no reference to a variable: write \${VAR} or \${VAR:-default}, or \\\${ for the text itself`,
      );
    }
    const value = this.#environment[name];
    if (fallback !== undefined) return this.#orDefault(name, fallback, part);
    if (value !== undefined || !part.used) return value ?? '';
    return this.#problem(
      part,
      `the variable ${name} is not set, and \${${name}} has no default: set it, put it into .env, or write \${${name}:-default}`,
    );
  }

  #orDefault(name: string, fallback: string, part: Part): string {
    const value = this.#environment[name] ?? '';
    if (part.depth > deepest)
      return this.#problem(part, `defaults are nested deeper than ${deepest} levels here`);
    // Also where it is not taken: how it is written is wrong or right whatever is set.
    const offset = part.offset + `\${${name}:-`.length;
    const used = part.used && value === '';
    const { text } = this.expand(fallback, { offset, depth: part.depth + 1, used });
    return value === '' ? text : value;
  }

  #problem({ offset }: Part, message: string): string {
    this.#problems.push({ offset, message });
    return '';
  }
}

/** The offset behind the brace that closes the reference whose content begins at `from`. */
function endOf(value: string, from: number): number | undefined {
  let open = 1;
  for (const { index, 0: found } of value.slice(from).matchAll(/\$\{(?=[A-Za-z_])|\}/g)) {
    open += found === '}' ? -1 : 1;
    if (open === 0) return from + index + 1;
  }
  return undefined;
}

/** Where offset `at` of the result stood in the value. */
export function originOf(pieces: readonly Piece[], at: number): number {
  let origin = at;
  for (const piece of pieces) {
    if (piece.to > at) break;
    origin = piece.copied ? piece.from + (at - piece.to) : piece.from;
  }
  return origin;
}
