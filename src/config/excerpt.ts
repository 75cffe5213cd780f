import stringWidth from 'string-width';
import type { Diagnostic } from './diagnostics.ts';
import { hiddenFrom } from './hidden-from.ts';

/** The most characters of a line that are shown: a template in one line can be longer than any screen. */
const widest = 100;

const mask = '[redacted]';

/**
 * The line that a problem stands on, with a caret under the place; empty where the text has no such line. From where
 * it may hold a secret on it is not shown.
 */
export function excerpt(text: string, { line, column }: Pick<Diagnostic, 'line' | 'column'>): string {
  const lines = text.split('\n', line);
  const own = lines[line - 1]?.replace(/\r$/, '');
  if (own === undefined || own.trim() === '') return '';
  const end = hiddenFrom(lines, line - 1);
  const whole = own.slice(0, end) + (own.slice(end).trim() === '' ? '' : mask);
  const at = Math.min(column - 1, end);
  const from = Math.max(0, at - Math.floor(widest / 2));
  const shown = visible(whole.slice(from, from + widest));
  const before = visible(whole.slice(from, at));
  const number = String(line);
  const margin = ' '.repeat(number.length);
  return `  ${number} | ${shown}\n  ${margin} | ${' '.repeat(stringWidth(before))}^\n`;
}

/** Without what moves a terminal's cursor or paints it. */
function visible(text: string): string {
  return [...text].map((character) => (isControl(character) ? ' ' : character)).join('');
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
