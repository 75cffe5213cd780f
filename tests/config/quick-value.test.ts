import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickValue } from '../../src/config/quick-value.ts';
import { readConfig } from '../../src/config/read.ts';

/** What the parser with places reads; undefined where it has something to say. */
function slowValue(text: string): { readonly value: unknown } | undefined {
  const { value, problems } = readConfig(text, 'c.yaml', {});
  return problems.failed ? undefined : { value };
}

const asItIs = (text: string) => text;

const folder = new URL('../fixtures/seed/', import.meta.url);
const seeds = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
const examples = new URL('../../examples/', import.meta.url);
const files = readdirSync(examples)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, examples), 'utf8'));
/** Without references: the environment is put in by whoever asks. */
const texts = [...seeds, ...files].map((text) => text.replaceAll('${', '{'));

const scalar = fc.oneof(
  fc.constantFrom(
    ...['', '~', 'null', 'true', 'False', 'yes', '0', '-0', '+7', '007', '1e3', '1.', '.5', '1_000', '0x1F'],
    ...[
      '0o17',
      '.inf',
      '-.INF',
      '.nan',
      '2026-01-01',
      '12:30',
      '1.2.3',
      '-',
      '--',
      '- ',
      'a: b',
      'a #b',
      'a#b',
    ],
    ...[
      '"q"',
      "'it''s'",
      '"a\\nb"',
      '"\\x41"',
      '"\\u00e9"',
      '*',
      '* * * * *',
      '&a',
      '!t',
      '%',
      '@x',
      '`x',
      '|',
      '>',
    ],
    ...[
      '{a: 1}',
      '[1, a, "b"]',
      '{a, b: }',
      '[]',
      '{}',
      '{ "a":1 }',
      '[a: 1]',
      '{? a : b}',
      '|\n    x\n     y\n',
      '>-\n    x\n    y',
    ],
    ...[
      '"a\n    b"',
      "'a\n\n    b'",
      'a\n    b',
      '__proto__',
      '<<',
      '? x',
      'é',
      '\t',
      'a\t# c',
      '---',
      '...',
      '#',
    ],
  ),
  fc.string({ maxLength: 6 }),
  fc.double().map(String),
);
const line = fc
  .tuple(
    fc.constantFrom('', '  ', '    ', '\t', ' '),
    fc.constantFrom('', '- ', '- - ', '? '),
    fc.oneof(fc.constantFrom('a', 'b', 'c', '"d"', '1', '1.0', '007', 'True', 'null', '- e', ''), scalar),
    fc.constantFrom(': ', ':', ' : ', ''),
    scalar,
    fc.constantFrom('', ' # note', '\n', '\r'),
  )
  .map((parts) => parts.join(''));
const mark = fc.constantFrom('---', '...', '--- a', '... # b', '# c', '%YAML 1.2');
const madeUp = fc
  .array(fc.oneof({ weight: 8, arbitrary: line }, { weight: 1, arbitrary: mark }), { maxLength: 5 })
  .map((lines) => `${lines.join('\n')}\n`);
/** A file that people wrote, with something put in place of something else. */
const edited = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.nat(),
    fc.nat({ max: 4 }),
    fc.oneof(scalar, fc.string({ maxLength: 3 })),
  )
  .map(([text, at, gone, put]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + gone);
  });

describe('a config that is read without its places', () => {
  it.each(texts)('has the value that it has with them', (text) => {
    expect(quickValue(text, asItIs)).toEqual(slowValue(text));
  });

  it('has the keys that are written in it', () => {
    const value = { '1.10': 'a', '1.1': 'b', '007': 'c', True: 'd', '-0': 'e' };
    const text = '1.10: a\n1.1: b\n007: c\nTrue: d\n-0: e\n';
    expect(quickValue(text, asItIs)).toEqual({ value });
    expect(slowValue(text)).toEqual({ value });
  });

  it('is read, or left to the parser with places, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(madeUp, edited), (text) => {
        const quick = quickValue(text, asItIs);
        if (quick !== undefined && !text.includes('${')) expect(quick).toEqual(slowValue(text));
      }),
      { numRuns: 1_500 },
    );
  });
});

describe('a large config', () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `k${index}: \${WORD} ${index}`);

  it('after the end of a document is several of them, as a small one is', () => {
    const text = '# c\n...\nport: "8080"\n';
    const large = text + '# comment\n'.repeat(10_000);
    const found = [text, large].map((each) => readConfig(each, 'c.yaml', {}).problems.all());
    expect(found[0]).toMatchObject([{ message: expect.stringMatching(/several YAML documents/) }]);
    expect(found[1]).toEqual(found[0]);
  });

  it('has the environment in it, and knows the places of its values', () => {
    const { value, problems } = readConfig(lines.join('\n'), 'c.yaml', { WORD: 'word' });
    expect(value).toMatchObject({ k0: 'word 0', k9999: 'word 9999' });
    problems.error(['k9998'], 'wrong');
    expect(problems.all()).toMatchObject([{ line: 9_999, column: 8, message: 'wrong' }]);
  });

  it('has its problems told with their places', () => {
    const text = [...lines, 'k0: again'].join('\n');
    const { value, problems } = readConfig(text, 'c.yaml', { WORD: 'word' });
    expect(value).toBeUndefined();
    expect(problems.all()).toMatchObject([{ line: 10_001, column: 1 }]);
    const { problems: missing } = readConfig(lines.join('\n'), 'c.yaml', {});
    expect(missing.all()).toHaveLength(10_000);
  });
});
