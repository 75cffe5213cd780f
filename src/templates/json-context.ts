// Where in a JSON document a template prints. Known at load, for every way through its branches: a value inside a
// string literal is escaped as its content, a value elsewhere must be one JSON value.
import { parseJson } from '../core/json.ts';
import type { Budget } from './budget.ts';
import { inShort, Problem } from './problem.ts';
import { TemplateError } from './template.ts';

/** How a value is printed: as it is, as content of a JSON string, or as one JSON value. */
export type PrintMode = 'text' | 'string' | 'value';

/** A template as far as its text and its branches go. */
export type Step =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'print'; readonly offset: number; readonly use: (mode: PrintMode) => void }
  | { readonly kind: 'choice'; readonly branches: readonly Steps[]; readonly offset: number }
  | { readonly kind: 'loop'; readonly body: Steps; readonly offset: number }
  | { readonly kind: 'jump'; readonly offset: number }
  | { readonly kind: 'call'; readonly name: string; readonly offset: number };
export type Steps = readonly Step[];

/** Inside a string: `escape` after a backslash, a number for the hex digits that `\u` still wants. */
type State = 'outside' | 'string' | 'escape' | 1 | 2 | 3 | 4;

function advance(state: State, text: string): State {
  let now = state;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (now === 'outside') {
      if (char === '"') now = 'string';
    } else if (now === 'string') {
      if (char === '"') now = 'outside';
      else if (char === '\\') now = 'escape';
    } else if (now === 'escape') now = char === 'u' ? 4 : 'string';
    else now = now === 4 ? 3 : now === 3 ? 2 : now === 2 ? 1 : 'string';
  }
  return now;
}

/**
 * Tells every print of a JSON template how to print.
 * @throws {TemplateError} where that depends on the way taken.
 */
export function placeInJson(source: string, main: Steps, definitions: ReadonlyMap<string, Steps>): void {
  const end = new Placement(source, definitions).follow(main, 'outside');
  if (end !== undefined && end !== 'outside')
    throw new TemplateError('the JSON of this template ends inside a string', source, source.length);
}

class Placement {
  readonly #source: string;
  readonly #definitions: ReadonlyMap<string, Steps>;
  readonly #entered = new Map<string, State>();
  /** The state in which the innermost loop goes round. */
  #loop: State = 'outside';

  constructor(source: string, definitions: ReadonlyMap<string, Steps>) {
    this.#source = source;
    this.#definitions = definitions;
  }

  /** The state at the end of `steps`; undefined where a jump leaves them. */
  follow(steps: Steps, start: State): State | undefined {
    let state: State = start;
    for (const step of steps) {
      const next = this.#step(step, state);
      if (next === undefined) return undefined;
      state = next;
    }
    return state;
  }

  #step(step: Step, state: State): State | undefined {
    switch (step.kind) {
      case 'text':
        return advance(state, step.text);
      case 'print':
        if (state !== 'outside' && state !== 'string')
          this.#fail('a value cannot be printed inside an escape of a JSON string', step.offset);
        step.use(state === 'string' ? 'string' : 'value');
        return state;
      case 'choice':
        return this.#choice(step.branches, step.offset, state);
      case 'loop':
        return this.#repeat(step.body, step.offset, state);
      case 'jump':
        this.#same(this.#loop, state, 'this leaves the round', step.offset);
        return undefined;
      case 'call':
        return this.#call(step.name, step.offset, state);
    }
  }

  #choice(branches: readonly Steps[], offset: number, state: State): State | undefined {
    let end: State | undefined;
    for (const branch of branches) {
      const branchEnd = this.follow(branch, state);
      if (branchEnd === undefined) continue;
      if (end !== undefined) this.#same(end, branchEnd, 'one branch ends', offset);
      end = branchEnd;
    }
    return end;
  }

  #repeat(body: Steps, offset: number, state: State): State {
    const outer = this.#loop;
    this.#loop = state;
    const end = this.follow(body, state);
    this.#loop = outer;
    if (end !== undefined) this.#same(state, end, 'the loop ends a round', offset);
    return state;
  }

  /** A template that others use must leave the string state as it found it, and be used in one state only. */
  #call(name: string, offset: number, state: State): State {
    const entered = this.#entered.get(name);
    if (entered !== undefined) {
      this.#same(entered, state, `the template ${JSON.stringify(name)} is used`, offset);
      return state;
    }
    this.#entered.set(name, state);
    const end = this.#repeatFree(this.#definitions.get(name) ?? [], state);
    if (end !== undefined) this.#same(state, end, `the template ${JSON.stringify(name)} ends`, offset);
    return state;
  }

  #repeatFree(steps: Steps, state: State): State | undefined {
    const outer = this.#loop;
    const end = this.follow(steps, state);
    this.#loop = outer;
    return end;
  }

  #same(expected: State, found: State, what: string, offset: number): void {
    if (expected === found) return;
    const [here, there] = [describe(found), describe(expected)];
    this.#fail(
      `${what} ${here} a JSON string, and another way ${there} one: what data prints could end the string`,
      offset,
    );
  }

  #fail(message: string, offset: number): never {
    throw new TemplateError(message, this.#source, offset);
  }
}

function describe(state: State): string {
  return state === 'outside' ? 'outside of' : state === 'string' ? 'inside' : 'inside an escape of';
}

/** Text as the content of a JSON string literal, without the quotes. */
export function jsonStringContent(text: string, budget: Budget): string {
  budget.reserve(text.length);
  return JSON.stringify(text).slice(1, -1);
}

/**
 * Text that is to stand as a value in a JSON document.
 * @throws {Problem} unless it is exactly one JSON value.
 */
export function oneJsonValue(text: string, budget: Budget): string {
  budget.reserve(text.length);
  try {
    parseJson(text);
    return text;
  } catch {
    const shown = inShort(text);
    throw new Problem(
      `a value outside of strings must be JSON (use toJson), and ${JSON.stringify(shown)} is not`,
    );
  }
}
