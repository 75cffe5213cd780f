// Go's quoted strings (`%q`).
import type { Budget } from '../budget.ts';
import { inPieces } from '../functions/pieces.ts';

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** A string as a Go literal in double quotes. `ascii` escapes everything beyond ASCII, as `%+q` does. */
export function quote(text: string, budget: Budget, ascii = false): string {
  const piece = (part: string) => Array.from(part, (char) => quoted(char, '"', ascii)).join('');
  return `"${inPieces(text, budget, piece)}"`;
}

/** A code point as a Go rune literal in single quotes. */
export function quoteRune(char: string, ascii = false): string {
  return `'${quoted(char, "'", ascii)}'`;
}

function quoted(char: string, delimiter: string, ascii: boolean): string {
  if (char === delimiter) return `\\${char}`;
  const known = escapes[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return char;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (!ascii && isPrintable(char)) return char;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** What Go prints as it is: letters, marks, numbers, punctuation, symbols, and of all spaces the one of ASCII. */
export function isPrintable(char: string): boolean {
  return /^[ \p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}
