import { JsonNumber, type JsonValue } from './json-value.ts';

/** A text that is no JSON document, and where. */
export class JsonSyntaxError extends Error {
  /** Offset into the text, in UTF-16 units. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(message: string, text: string, offset: number) {
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    super(`${message} at line ${line} column ${column}`);
    this.name = 'JsonSyntaxError';
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads one JSON document (RFC 8259) and keeps the digits of its numbers and the order of its keys.
 * @throws {JsonSyntaxError} with line and column for anything else, and for nesting deeper than 1,000.
 */
export function parseJson(text: string): JsonValue {
  return new Reader(text).document();
}

const deepest = 1_000;
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonValue {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('expected the end of the JSON');
    return value;
  }

  #value(): JsonValue {
    this.#space();
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case quote:
        return this.#string();
      case openBrace:
        return this.#object();
      case openBracket:
        return this.#list();
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(): JsonValue {
    const members = new Map<string, JsonValue>();
    this.#enter();
    if (this.#take(closeBrace)) return this.#leave(members);
    for (;;) {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== quote) this.#fail('expected a key in double quotes');
      const key = this.#string();
      if (!this.#take(colon)) this.#fail('expected ":" after the key');
      members.set(key, this.#value());
      if (this.#take(comma)) continue;
      if (this.#take(closeBrace)) return this.#leave(members);
      this.#fail('expected "," or "}"');
    }
  }

  #list(): JsonValue {
    const items: JsonValue[] = [];
    this.#enter();
    if (this.#take(closeBracket)) return this.#leave(items);
    for (;;) {
      items.push(this.#value());
      if (this.#take(comma)) continue;
      if (this.#take(closeBracket)) return this.#leave(items);
      this.#fail('expected "," or "]"');
    }
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepest) this.#fail(`nested deeper than ${deepest.toLocaleString('en')}`);
    this.#at += 1;
  }

  #leave(value: JsonValue): JsonValue {
    this.#depth -= 1;
    return value;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === backslash) return this.#escapedString(start, at);
      if (code < 0x20) this.#fail('a string holds a control character, which JSON writes as an escape', at);
    }
    return this.#fail('the string has no end', start - 1);
  }

  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text;
    let result = '';
    // What stands as it is goes over run by run: character by character, each would be an object in memory.
    let run = start;
    for (let at = firstEscape; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return result + text.slice(run, at);
      }
      if (code < 0x20) this.#fail('a string holds a control character, which JSON writes as an escape', at);
      if (code !== backslash) continue;
      result += text.slice(run, at);
      at += 1;
      const letter = text.charAt(at);
      if (letter === 'u') {
        const digits = text.slice(at + 1, at + 5);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('expected four hex digits after "\\u"', at - 1);
        result += String.fromCharCode(Number.parseInt(digits, 16));
        at += 4;
        run = at + 1;
      } else {
        const plain = escapes[letter];
        if (plain === undefined) this.#fail(`"\\${letter}" is no escape of JSON`, at - 1);
        result += plain;
        run = at + 1;
      }
    }
    return this.#fail('the string has no end', start - 1);
  }

  #number(): number | JsonNumber {
    numberPattern.lastIndex = this.#at;
    const digits = numberPattern.exec(this.#text)?.[0];
    if (digits === undefined)
      return this.#fail(this.#at < this.#text.length ? 'expected a value' : 'the JSON ends too early');
    this.#at += digits.length;
    const number = Number(digits);
    return String(number) === digits ? number : new JsonNumber(digits);
  }

  #word<Value extends boolean | null>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('expected a value');
    this.#at += word.length;
    return value;
  }

  #take(code: number): boolean {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #fail(message: string, at = this.#at): never {
    throw new JsonSyntaxError(message, this.#text, at);
  }
}
