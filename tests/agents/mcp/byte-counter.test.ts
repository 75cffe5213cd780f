import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteCounter } from '../../../src/agents/mcp/byte-counter.ts';

const pieces = fc.array(fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\n\r\n', 'data: x', 'ä'), {
  maxLength: 30,
});
const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 100 });

/** Bytes from the last blank line on, or all of them. */
function sinceBlankLine(bytes: Buffer): number {
  const at = Math.max(...['\n\n', '\r\r', '\r\n\r\n'].map((end) => bytes.lastIndexOf(end)));
  return at === -1 ? bytes.length : bytes.length - at;
}

test('of a stream the event that is under way is counted, of every other answer all, however they are cut', () => {
  fc.assert(
    fc.property(pieces, cuts, fc.boolean(), (texts, lengths, isStream) => {
      const whole = Buffer.from(texts.join(''));
      const after = byteCounter(isStream);
      let come = 0;
      for (let index = 0; come < whole.length; index += 1) {
        const end = Math.min(whole.length, come + (lengths[index % lengths.length] ?? 1));
        const count = after(whole.subarray(come, end));
        come = end;
        expect(count).toBe(isStream ? sinceBlankLine(whole.subarray(0, come)) : come);
      }
    }),
  );
});
