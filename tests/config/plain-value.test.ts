import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { plainValue } from '../../src/config/plain-value.ts';

const letter = fc.constantFrom(...'0178.eE+-xoaFn_ '.split(''));

it('means what the parser of YAML makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 6 }), (text) => {
      fc.pre(text === text.trim() && !/^-(?: |$)/.test(text) && !/^(?:---|\.{3})/.test(text));
      expect(plainValue(text)).toEqual(parse(text));
    }),
    { numRuns: 3_000 },
  );
});

it.each([
  '',
  '~',
  'Null',
  'TRUE',
  'True',
  'tRue',
  'false',
  'FALSE',
  '.inf',
  '-.Inf',
  '+.INF',
  '.nan',
  '.NaN',
  '-.nan',
])('%j as the parser has it', (text) => expect(plainValue(text)).toEqual(parse(text)));
