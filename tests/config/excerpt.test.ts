import { expect, it } from 'vitest';
import { excerpt } from '../../src/config/excerpt.ts';

const text = 'one:\n  type: x\r\n日本: { x: 1 }\n\ttype: b\n\n';

it.each([
  ['the place', 2, 3, '  2 |   type: x\n    |   ^\n'],
  ['behind wide characters', 3, 5, '  3 | 日本: { x: [redacted]\n    |       ^\n'],
  ['behind a tab', 4, 2, '  4 |  type: b\n    |  ^\n'],
])('points at %s', (_name, line, column, expected) => {
  expect(excerpt(text, { line, column })).toBe(expected);
});

it('is nothing where the line is empty or not there', () => {
  expect(excerpt(text, { line: 5, column: 1 })).toBe('');
  expect(excerpt(text, { line: 99, column: 1 })).toBe('');
});

it('shows the part of a long line that matters', () => {
  const shown = excerpt(`input: ${'x'.repeat(500)}@${'y'.repeat(500)}`, { line: 1, column: 508 }).split('\n');
  expect(shown[0]).toHaveLength('  1 | '.length + 100);
  expect(shown[0]?.[shown[1]?.indexOf('^') ?? 0]).toBe('@');
});

it.each([
  ['spaces', `a: { b${' '.repeat(200_000)}x`],
  ['words', `a: { ${'b '.repeat(100_000)}`],
  ['keys', `a: { ${'b: { '.repeat(60_000)}`],
  ['quotes', `a: [${'"'.repeat(200_001)}`],
  ['commas', `a: [${', '.repeat(100_000)}`],
  ['brackets', `a: ${'['.repeat(200_000)}`],
])('takes no time for a long line of %s, and for what stands below', (_name, long) => {
  const began = performance.now();
  excerpt(`${long}\n  type: x`, { line: 1, column: 100_000 });
  excerpt(`${long}\n  type: x`, { line: 2, column: 3 });
  expect(performance.now() - began).toBeLessThan(5_000);
});
