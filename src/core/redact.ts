const mask = '[redacted]';
/** Shorter values would blot out ordinary words. */
const shortestSecret = 4;
/** Stands for each character of a secret until the text is cut: a character that no text has. */
const cover = '\ufffe';
/** Characters that the widest of a value's forms makes of one. */
const widestForm = 12;
/** Escaped backslashes in front of an escape that are looked at, to tell whose its own backslash is. */
const mostLookedBack = 8;
/** Shorter pieces of base64 would turn up by chance. */
const shortestPiece = 6;

/**
 * Replaces known secret values in text that leaves the runtime: logs, answers, stored errors. A value is found as it
 * is and in every form that a service may repeat it in: inside JSON (of any library, and JSON in JSON), a URL or a
 * form, HTML, hexadecimal, and base64 with anything around it, as in `Authorization: Basic`.
 */
export class Redactor {
  /** The longest first, so that a secret that contains another one goes as a whole. */
  #secrets: readonly Secret[] = [];
  #needles: readonly RegExp[] = [];

  /** Adds secret values. Empty and very short ones are ignored. */
  add(values: Iterable<string>): void {
    const known = new Map(this.#secrets.map((secret) => [secret.value, secret]));
    for (const value of values) {
      if (value.length >= shortestSecret && !known.has(value)) known.set(value, new Secret(value));
    }
    this.#secrets = [...known.values()].sort((a, b) => b.value.length - a.value.length);
    this.#needles = patternsOf(this.#secrets.flatMap(({ needles }) => needles));
  }

  text(text: string): string {
    let shown = text;
    for (const { pattern } of this.#secretsIn(text)) shown = shown.replace(pattern, mask);
    return shown;
  }

  #secretsIn(text: string): readonly Secret[] {
    // Almost every text holds none, and that is quickly seen.
    if (!this.#needles.some((needles) => needles.test(text))) return [];
    return this.#secrets.filter(({ needles }) => needles.some((needle) => text.includes(needle)));
  }

  /** How far a secret may go on, in whatever form: of a text that is cut this much more is needed, in characters or bytes. */
  get reach(): number {
    return widestForm * (this.#secrets[0]?.value.length ?? 0);
  }

  /**
   * The first `length` characters of a text without its secrets. Of one that lies across the cut no part is shown, as
   * long as the text goes on for {@linkcode reach} behind it.
   */
  head(text: string, length: number): string {
    return this.#part(text, 0, length);
  }

  /** As {@linkcode head}, of the last characters. */
  tail(text: string, length: number): string {
    return this.#part(text, Math.max(0, text.length - length), text.length);
  }

  /** Covered and then cut: a mask is not as long as what it stands for, so behind one the cut would be elsewhere. */
  #part(text: string, from: number, to: number): string {
    let covered = text;
    for (const { pattern } of this.#secretsIn(text))
      covered = covered.replace(pattern, (secret) => cover.repeat(secret.length));
    return covered.slice(from, to).replace(/\ufffe+/g, mask);
  }

  /** A copy of plain JSON data with every string in it redacted, keys included. */
  data(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.data(item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [this.text(key), this.data(item)]),
      );
    }
    return value;
  }
}

class Secret {
  readonly value: string;
  /** One of these is in every text that holds the value in any form: the parts that no form changes. */
  readonly needles: readonly string[];
  #pattern: RegExp | undefined;

  constructor(value: string) {
    this.value = value;
    const bytes = Buffer.from(value);
    const hex = bytes.toString('hex');
    this.needles = [value, hex, hex.toUpperCase(), ...base64Pieces(bytes)].map(longestWord);
  }

  /** Compiled when it is first needed: it is long. */
  get pattern(): RegExp {
    this.#pattern ??= new RegExp([...new Set(formsOf(this.value))].join('|'), 'g');
    return this.#pattern;
  }
}

/** The longest run of letters and digits, which no form escapes; empty where there is none, which every text holds. */
function longestWord(text: string): string {
  const words = text.match(/[A-Za-z0-9]+/g) ?? [];
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}

/** Patterns that find any of these words; several, since V8 optimizes none that is longer than 20 KB. */
function patternsOf(words: readonly string[]): readonly RegExp[] {
  const patterns: RegExp[] = [];
  let part: string[] = [];
  let length = 0;
  for (const word of new Set(words)) {
    if (length + word.length > 8_000) {
      patterns.push(new RegExp(part.join('|')));
      part = [];
      length = 0;
    }
    part.push(word);
    length += word.length + 1;
  }
  return part.length === 0 ? patterns : [...patterns, new RegExp(part.join('|'))];
}

/** Patterns of everything that a value may look like. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  // The deepest quoting first: a shallower one would take only half of its backslashes, and leave broken JSON.
  const quoted = [2, 1, 0].map((depth) => [...value].map((character) => formOf(character, depth)).join(''));
  return [...quoted, hex, hex.toUpperCase(), ...base64Pieces(bytes).map(base64Form)];
}

/**
 * A character as it is, or escaped for a URL, for HTML or for JSON that is quoted `depth` times: not at all, once, or as
 * JSON in JSON. Letters and digits are never escaped.
 */
function formOf(character: string, depth: number): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const units = [...Array(character.length).keys()].map((index) => character.charCodeAt(index));
  const quotes = 2 ** depth - 1;
  const letter = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f', '"': '"' }[character];
  const name = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }[character];
  const own =
    character === '\\'
      ? `\\\\{${quotes + 1}}`
      : depth > 0 && letter !== undefined
        ? `\\\\{${quotes}}${letter}`
        : escaped(character);
  // Not a backslash that belongs to the escape before it: in front stand whole escaped ones, or none. Behind many it is
  // not asked: a look back over all of them from each of them would take the square of their number. What stands ahead
  // is looked at first, which costs less.
  const whole = `(?:\\\\{${quotes + 1}})`;
  const behind = `(?<=(?<!\\\\)${whole}{0,${mostLookedBack}}|${whole}{${mostLookedBack}})`;
  const quoted = (text: string) => `(?=\\\\{${quotes}}${text})${behind}\\\\{${quotes}}${text}`;
  // The escapes first: `%25` begins with `%` itself.
  const forms = [
    ...(depth > 0 ? [units.map((unit) => quoted(`u${anyCase(hexOf(unit, 4))}`)).join('')] : []),
    ...(depth > 0 && character === '/' ? [quoted('/')] : []),
    [...Buffer.from(character)].map((byte) => `%${anyCase(hexOf(byte, 2))}`).join(''),
    `&#0*${code};`,
    `&#[xX]0*${anyCase(hexOf(code, 1))};`,
    ...(name === undefined ? [] : [`&${name};`]),
    // In a form.
    ...(character === ' ' ? ['\\+'] : []),
    own,
  ];
  return `(?:${forms.join('|')})`;
}

const hexOf = (number: number, digits: number) => number.toString(16).padStart(digits, '0');

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/**
 * What base64 makes of these bytes when others stand before and behind them: of each of the three ways that they may
 * fall into groups of three, the characters that depend on nothing else.
 */
function base64Pieces(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const piece = all.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return piece.length < shortestPiece ? [] : [piece];
  });
}

/** Both alphabets, and escaped for a URL or for JSON of PHP. */
function base64Form(piece: string): string {
  return piece.replace(/\+/g, '(?:[-+]|%2[Bb])').replace(/\//g, '(?:[/_]|%2[Ff]|\\\\/)');
}
