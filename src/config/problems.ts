import type { Redactor } from '../core/redact.ts';
import { type Diagnostic, hasErrors, sortDiagnostics } from './diagnostics.ts';
import type { LineIndex } from './lines.ts';
import type { Path, Places } from './places.ts';

/** What exactly a problem points at; the value at the path where nothing is said. */
export interface Aim {
  readonly at?: 'key' | 'value';
  /** Offset into the string at the path, as the config sees it, after the environment was put in. */
  readonly inside?: number;
}

export interface ProblemsOptions {
  readonly file: string;
  readonly lines: LineIndex;
  readonly places: Places;
  /** Turns an offset into a string of the config to the offset in what stands in the file. */
  readonly origin: (path: Path, at: number) => number;
  /** Offsets of values that could not be resolved: what else is wrong with them follows from that and is not said. */
  readonly unresolved: ReadonlySet<number>;
  readonly redactor: Redactor;
}

/** Collects what is wrong with a config, each with its place. */
export class Problems {
  readonly #options: ProblemsOptions;
  readonly #found: Diagnostic[];
  readonly #wrong = new Set<string>();
  readonly #aroundWrong = new Set<string>();

  constructor(options: ProblemsOptions, found: readonly Diagnostic[] = []) {
    this.#options = options;
    this.#found = [...found];
  }

  get places(): Places {
    return this.#options.places;
  }

  error(path: Path, message: string, aim: Aim = {}): void {
    this.#add('error', path, message, aim);
  }

  warning(path: Path, message: string, aim: Aim = {}): void {
    this.#add('warning', path, message, aim);
  }

  /** What stands at `path` is wrong, and has been said to be: what else is said of it would be of another value. */
  distrust(path: Path): void {
    this.#wrong.add(nameOf(path));
    for (let length = 0; length <= path.length; length += 1)
      this.#aroundWrong.add(nameOf(path.slice(0, length)));
  }

  /** Whether the value at `path` is what the file says, all of it. */
  trusts(path: Path): boolean {
    return !this.#aroundWrong.has(nameOf(path)) && !this.#isWrong(path);
  }

  /** A value as a message may show it: in quotes, or as the file has it where the environment put something in. */
  shown(path: Path, value: unknown): string {
    const written = this.#options.places.scalar(path)?.value;
    if (typeof written === 'string' && written !== value && written.includes('${')) return written;
    return JSON.stringify(value) ?? String(value);
  }

  /** `line 12`, for a message about two places. */
  line(path: Path): string {
    return `line ${this.#options.lines.place(this.#options.places.value(path)).line}`;
  }

  get failed(): boolean {
    return hasErrors(this.#found);
  }

  /** Sorted by place, each once. */
  all(): Diagnostic[] {
    return sortDiagnostics(this.#found);
  }

  #add(severity: Diagnostic['severity'], path: Path, message: string, aim: Aim): void {
    const { file, lines, places, origin, unresolved, redactor } = this.#options;
    if (this.#isWrong(path)) return;
    if (aim.at !== 'key' && places.has(path) && unresolved.has(places.value(path))) return;
    const offset =
      aim.inside !== undefined
        ? places.inside(path, origin(path, aim.inside))
        : aim.at === 'key'
          ? places.key(path)
          : places.value(path);
    this.#found.push({ severity, file, ...lines.place(offset), message: redactor.text(message) });
  }

  #isWrong(path: Path): boolean {
    return this.#wrong.size > 0 && path.some((_, index) => this.#wrong.has(nameOf(path.slice(0, index + 1))));
  }
}

function nameOf(path: Path): string {
  return path.map(String).join('\0');
}
