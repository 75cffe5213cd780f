// Go's fmt.Sprintf: what it prints for wrong formats too, since a template that works must not fail on one.
import type { Budget } from '../budget.ts';
import type { Directive } from './directive.ts';
import { plain } from './print.ts';
import { bounded, formatValue } from './printf-values.ts';
import { integerOf, kindOf, typeName } from './values.ts';

const none: Directive = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};

/** Go takes no width and no precision beyond this. */
const widest = 1_000_000;

/** @throws {Problem} when the text becomes too long. */
export function printf(format: string, args: readonly unknown[], budget: Budget): string {
  return new Formatter(format, args, budget).text();
}

class Formatter {
  readonly #format: string;
  readonly #args: readonly unknown[];
  readonly #budget: Budget;
  /** Where the last `]` stands: looking for one again and again would take long where there is none. */
  readonly #lastBracket: number;
  #at = 0;
  #next = 0;
  #reordered = false;
  #goodIndex = true;

  constructor(format: string, args: readonly unknown[], budget: Budget) {
    this.#format = format;
    this.#lastBracket = format.lastIndexOf(']');
    this.#args = args;
    this.#budget = budget;
  }

  text(): string {
    let text = '';
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent === -1 ? this.#format.length : percent;
      let part = this.#format.slice(this.#at, end);
      this.#at = end + 1;
      if (percent !== -1) part += this.#directive();
      text += part;
      this.#budget.reserve(text.length, part.length);
    }
    return text + this.#extra();
  }

  #directive(): string {
    this.#goodIndex = true;
    let directive = this.#flags();
    let notes = '';
    let indexed = this.#index();
    if (this.#char() === '*') {
      this.#at += 1;
      const width = this.#intArgument();
      if (width === undefined) notes += '%!(BADWIDTH)';
      else directive = withWidth(directive, width);
      indexed = false;
    } else {
      const digits = this.#digits();
      if (digits !== undefined && indexed) this.#goodIndex = false;
      if (digits !== undefined) directive = { ...directive, width: digits };
    }
    if (this.#char() === '.') {
      this.#at += 1;
      if (indexed) this.#goodIndex = false;
      indexed = this.#index();
      if (this.#char() === '*') {
        this.#at += 1;
        const precision = this.#intArgument();
        if (precision === undefined || precision < 0) notes += '%!(BADPREC)';
        else directive = { ...directive, precision };
        indexed = false;
      } else directive = { ...directive, precision: this.#digits() ?? 0 };
    }
    if (!indexed) this.#index();
    return notes + this.#verb(directive);
  }

  #verb(directive: Directive): string {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return '%!(NOVERB)';
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') return '%';
    if (!this.#goodIndex) return `%!${verb}(BADINDEX)`;
    if (this.#next >= this.#args.length) return `%!${verb}(MISSING)`;
    const value = this.#args[this.#next];
    this.#next += 1;
    this.#budget.reserve((directive.width ?? 0) + (directive.precision ?? 0));
    return formatValue(value, verb, directive, this.#budget);
  }

  #flags(): Directive {
    let directive = none;
    for (; ; this.#at += 1) {
      const char = this.#char();
      if (char === '+') directive = { ...directive, plus: true };
      else if (char === '-') directive = { ...directive, minus: true, zero: false };
      else if (char === '#') directive = { ...directive, sharp: true };
      else if (char === ' ') directive = { ...directive, space: true };
      else if (char === '0') directive = { ...directive, zero: !directive.minus };
      else return directive;
    }
  }

  /** Reads `[2]`, which makes the second argument the next one. */
  #index(): boolean {
    if (this.#char() !== '[') return false;
    this.#reordered = true;
    const end = this.#at > this.#lastBracket ? -1 : this.#format.indexOf(']', this.#at);
    if (end === -1) {
      this.#goodIndex = false;
      this.#at += 1;
      return false;
    }
    const inner = this.#format.slice(this.#at + 1, end);
    this.#at = end + 1;
    const index = /^\d+$/.test(inner) ? Number(inner) : 0;
    if (index < 1 || index > this.#args.length) {
      this.#goodIndex = false;
      return /^\d+$/.test(inner);
    }
    this.#next = index - 1;
    return true;
  }

  #digits(): number | undefined {
    const digits = /^\d+/.exec(this.#format.slice(this.#at))?.[0];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    if (Number(digits.slice(0, -1)) <= widest) return Number(digits);
    // Go gives up on the rest of the format.
    this.#at = this.#format.length;
    return undefined;
  }

  #intArgument(): number | undefined {
    const value = this.#args[this.#next];
    if (this.#next < this.#args.length) this.#next += 1;
    if (kindOf(value) !== 'int') return undefined;
    const number = Number(integerOf(value));
    return Math.abs(number) > widest ? undefined : number;
  }

  #extra(): string {
    if (this.#reordered || this.#next >= this.#args.length) return '';
    const rest = bounded(this.#args.slice(this.#next), this.#budget, (value) =>
      kindOf(value) === 'nil' ? '<nil>' : `${typeName(value)}=${plain(value, this.#budget)}`,
    );
    return `%!(EXTRA ${rest.join(', ')})`;
  }

  #char(): string {
    return this.#format.charAt(this.#at);
  }
}

function withWidth(directive: Directive, width: number): Directive {
  if (width >= 0) return { ...directive, width };
  return { ...directive, width: -width, minus: true, zero: false };
}
