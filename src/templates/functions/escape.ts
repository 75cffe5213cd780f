// The escapers of Go's text/template. They make a text up to nine times as long, and so work piece by piece.
import type { Budget } from '../budget.ts';
import { inPieces } from './pieces.ts';

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

export function escapeHtml(text: string, budget: Budget): string {
  return inPieces(text, budget, (piece) => piece.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char));
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export function escapeJs(text: string, budget: Budget): string {
  return inPieces(text, budget, jsPiece);
}

function jsPiece(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped.
  return text.replace(/[\\'"<>&=\x00-\x1f]|[^\x20-\x7f]/gu, (char) => {
    const known = jsEscapes[char];
    if (known !== undefined) return known;
    if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char;
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `\\u${code.padStart(4, '0')}`;
  });
}

/** As in the query of a URL: a space is `+`. Through bytes, as half a surrogate pair cannot be encoded. */
export function escapeQuery(text: string, budget: Budget): string {
  return inPieces(text, budget, queryPiece);
}

function queryPiece(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
