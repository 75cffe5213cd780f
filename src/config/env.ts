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

const reference = /(\\?)\$\{(?=[A-Za-z_])([^}]*)(\}?)/g;
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** Whether the value is one reference and nothing else: such a value takes the type of its field. */
export function isOneReference(value: string): boolean {
  return /^\$\{[A-Za-z_][^}]*\}$/.test(value);
}

/**
 * Puts the environment's values in place of the references. `${VAR:-default}` takes its default where the
 * variable is not set or empty. A reference that cannot be resolved becomes nothing and is a problem.
 */
export function interpolate(value: string, environment: Environment): Interpolated {
  const pieces: Piece[] = [];
  const problems: ReferenceProblem[] = [];
  let text = '';
  let done = 0;
  const copy = (end: number) => {
    if (end > done) pieces.push({ from: done, to: text.length, length: end - done, copied: true });
    text += value.slice(done, end);
  };
  for (const match of value.matchAll(reference)) {
    const [whole, backslash, content = '', close] = match;
    copy(match.index);
    if (backslash === '\\') {
      // Only the backslash goes; what stands in the braces is text.
      done = match.index + 1;
      copy(match.index + whole.length);
      done = match.index + whole.length;
      continue;
    }
    const found = resolve(content, close === '}', environment);
    if (typeof found !== 'string') problems.push({ offset: match.index, message: found.message });
    const replacement = typeof found === 'string' ? found : '';
    pieces.push({ from: match.index, to: text.length, length: replacement.length, copied: false });
    text += replacement;
    done = match.index + whole.length;
  }
  copy(value.length);
  return { text, pieces, problems };
}

function resolve(content: string, closed: boolean, environment: Environment): string | { message: string } {
  const match = closed ? inside.exec(content) : null;
  const name = match?.[1];
  if (name === undefined) {
    // A secret may hold these characters: what stands there is not repeated.
    return {
      message: `this is no reference to a variable: write \${VAR} or \${VAR:-default}, or \\\${ for the text itself`,
    };
  }
  const value = environment[name];
  const fallback = match?.[2];
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  if (value !== undefined) return value;
  return {
    message: `the variable ${name} is not set, and \${${name}} has no default: set it, put it into .env, or write \${${name}:-default}`,
  };
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
