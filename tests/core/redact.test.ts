import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';

function redactor(...values: string[]): Redactor {
  const made = new Redactor();
  made.add(values);
  return made;
}

const html = (text: string) =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What services make of a text that they repeat. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in JSON': json,
  'in JSON in JSON': (text) => json(json(text)),
  'in JSON of PHP': (text) => json(text).replace(/\//g, '\\/'),
  'in JSON of Go': (text) => json(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'in JSON of Python': (text) =>
    json(text).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in a URL': encodeURIComponent,
  'in a URL, in lower case': (text) => encodeURIComponent(text).replace(/%../g, (c) => c.toLowerCase()),
  'in a form': (text) => new URLSearchParams({ '': text }).toString().slice(1),
  'in HTML': html,
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
};

/** What begins or ends in white space cannot be told from what stands around it. */
const secret = fc
  .string({ minLength: 4, maxLength: 40, unit: 'grapheme' })
  .filter((text) => text.trim() === text);
const around = fc.string({ maxLength: 10 });

describe('a secret is found', () => {
  test.each(Object.entries(forms))('%s', (_name, form) => {
    fc.assert(
      fc.property(secret, (value) => {
        expect(redactor(value).text(`before ${form(value)} after`)).toBe('before [redacted] after');
      }),
    );
  });

  test('with backslashes in it and before it, in JSON that escapes more than it must', () => {
    const go = forms['in JSON of Go'] ?? json;
    const tricky = fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom('a', '\\', '<', '"') });
    fc.assert(
      fc.property(tricky, fc.constantFrom('', '\\', '\\\\', '<'), (value, before) => {
        // A first backslash cannot be told from those before it, nor a repetition from its first.
        fc.pre(!value.startsWith('\\') && /a/.test(value) && !(before + value).slice(0, -1).includes(value));
        const shown = redactor(value).text(go(`${before}${value} after`));
        // Of JSON's text `\\\"` nobody can tell whether it means `\"` or is JSON of JSON's `"`: whole escapes are left.
        const isEither = before.endsWith('\\') && /^["<]/.test(value);
        if (isEither) expect(shown).toMatch(/^(?:\\\\)*\[redacted\] after$/);
        else expect(shown).toBe(`${go(before)}[redacted] after`);
      }),
    );
  });

  test('in base64, whatever stands around it', () => {
    const long = fc.string({ minLength: 8, maxLength: 40, unit: 'binary-ascii' });
    fc.assert(
      fc.property(long, around, around, (value, before, after) => {
        const [standard, url] = ['base64', 'base64url'].map((encoding) =>
          Buffer.from(before + value + after).toString(encoding === 'base64' ? 'base64' : 'base64url'),
        );
        for (const text of [standard ?? '', url ?? '']) {
          const shown = redactor(value).text(`x ${text} y`);
          expect(shown).toContain('[redacted]');
          // No run of the value's own characters is left.
          expect(Buffer.from(shown, 'base64').toString()).not.toContain(value);
        }
      }),
    );
  });

  test('as the password of Basic', () => {
    const shown = redactor('pass-word-123').text(`Authorization: Basic ${base64('somebody:pass-word-123')}`);
    expect(shown).toMatch(/^Authorization: Basic \S{10,14}\[redacted\]\S{0,4}$/);
  });
});

test('what stands around a secret stays JSON', () => {
  const tricky = fc.string({ minLength: 4, maxLength: 12, unit: fc.constantFrom('a', '\\', '"', '/', 'u') });
  fc.assert(
    fc.property(tricky, tricky, tricky, (value, before, after) => {
      const said = JSON.stringify({ text: before + value + after, other: 'x' });
      // A last backslash may be taken for the escape of what follows. And a value that stands in the text unquoted is
      // hidden there, though it be half of an escape, or hold the quote that ends a string.
      fc.pre(!value.endsWith('\\') && (/^a+$/.test(value) || !said.includes(value)));
      expect(JSON.parse(redactor(value).text(said))).toHaveProperty('text');
    }),
  );
});

test('the longer of two secrets goes as a whole', () => {
  expect(redactor('secret', 'secret-and-more').text('a secret-and-more b secret c')).toBe(
    'a [redacted] b [redacted] c',
  );
});

test('values that are too short hide nothing, and no value hides nothing', () => {
  expect(redactor('', 'abc').text('abc')).toBe('abc');
  expect(redactor().text('text')).toBe('text');
});

test('data keeps its shape', () => {
  expect(redactor('hidden').data({ hidden: ['a hidden b', 1, null, { deep: 'hidden' }] })).toEqual({
    '[redacted]': ['a [redacted] b', 1, null, { deep: '[redacted]' }],
  });
});

describe('a text that is cut shows no part of a secret', () => {
  test('wherever the cut is, in whatever form, and whatever was masked before it', () => {
    const value = fc.string({ minLength: 4, maxLength: 20, unit: fc.constantFrom(...'abcXYZ019+/&"<é ') });
    const property = fc.property(
      value.filter((text) => text.trim() === text),
      fc.array(fc.tuple(fc.constantFrom(...Object.values(forms)), fc.constantFrom('', '-', ' - ')), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.nat(),
      (secret, pieces, place) => {
        const made = redactor(secret);
        const text = pieces.map(([form, between]) => `${between}${form(secret)}`).join('');
        const cut = place % (text.length + 1);
        // What stands for secrets, and what stood between them.
        expect(made.head(text, cut)).toMatch(/^(\[redacted\]|[ -])*$/);
        expect(made.tail(text, cut)).toMatch(/^(\[redacted\]|[ -])*$/);
      },
    );
    fc.assert(property);
  });

  test('and is the very part that was asked for where it holds none', () => {
    expect(redactor('secret').head('0123456789', 4)).toBe('0123');
    expect(redactor('secret').tail('0123456789', 4)).toBe('6789');
    expect(redactor('secret').tail('01secret89', 4)).toBe('[redacted]89');
    expect(new Redactor().head('0123', 9)).toBe('0123');
    expect(new Redactor().tail('0123', 9)).toBe('0123');
  });

  test('as long as no form of a secret is longer than its reach', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.values(forms)), (value, form) => {
        expect(Buffer.byteLength(form(value))).toBeLessThanOrEqual(redactor(value).reach);
      }),
    );
  });
});

test('whatever a text is made of, it is soon looked through', () => {
  const made = redactor('-k9!x', '"/<é k9');
  for (const [unit, count] of [
    ['\\', 200_000],
    ['\\u002', 40_000],
    ['&#', 100_000],
    ['&#0', 60_000],
    ['%2', 100_000],
  ] as const)
    expect(made.text(`${unit.repeat(count)} k9 `)).toHaveLength(unit.length * count + 4);
  expect(made.text(`${'\\'.repeat(200_001)}u002dk9!x`)).toContain('[redacted]');
}, 10_000);
