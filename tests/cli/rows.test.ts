import { expect, test } from 'vitest';
import { field } from '../../src/cli/rows.ts';

const family = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}';

test.each([
  ['short', 'short'],
  ['exactly ten', 'exactly t…'],
  ['ten units!', 'ten units!'],
  ['12345678\u{1f600}9', '12345678…'],
  ['1234567\u{1f600}89', '1234567\u{1f600}…'],
  ['12345678e\u0301!', '12345678…'],
  ['12345678\u{1f44d}\u{1f3fd}', '12345678…'],
  ['1234567\u{1f44d}\u{1f3fd}', '1234567…'],
  [`12${family}34`, '12…'],
  [`1${family}34`, `1${family}…`],
  [`${'\u0301'.repeat(20)}`, '…'],
])('%j in ten units is %j', (text, shown) => {
  expect(field({ text }, 'text', 10)).toBe(shown);
});
