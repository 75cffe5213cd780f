import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lines } from '../../../src/agents/mcp/lines.ts';

test('lines are the same however they are cut into chunks', () => {
  const text = fc.array(fc.constantFrom('\n', 'a', 'ä', '❄', '\r\n', ' '), { maxLength: 40 });
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(text, cuts, (pieces, lengths) => {
      const whole = Buffer.from(pieces.join(''));
      const lines = new Lines(1_000);
      const read: string[] = [];
      for (let at = 0, index = 0; at < whole.length; index += 1) {
        const end = at + (lengths[index % lengths.length] ?? 1);
        read.push(...lines.add(whole.subarray(at, end)));
        at = end;
      }
      expect(read).toEqual(whole.toString().split('\n').slice(0, -1));
    }),
  );
});

test('a line of many small pieces is read', () => {
  const lines = new Lines(10_000);
  for (let count = 0; count < 5_000; count += 1) expect(lines.add(Buffer.from('x'))).toEqual([]);
  expect(lines.add(Buffer.from('\n'))).toEqual(['x'.repeat(5_000)]);
});

test('a line may have as many bytes as the limit says, and no more', () => {
  const lines = new Lines(4);
  expect(lines.add(Buffer.from('abcd\nab'))).toEqual(['abcd']);
  expect(lines.add(Buffer.from('cd'))).toEqual([]);
  expect(() => lines.add(Buffer.from('e'))).toThrow(RangeError);
  expect(() => new Lines(4).add(Buffer.from('abcde\n'))).toThrow(RangeError);
});
