import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/templates/compile.ts';
import { TemplateError } from '../../src/templates/template.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { errorOf, hurryingClock, render } from './support.ts';

const list = { l: Array.from({ length: 1_000 }, (_, index) => index) };

describe('a template stops', () => {
  test.each([
    ['go', '{{ range .l }}{{ range $.l }}{{ end }}{{ end }}'],
    ['liquid', '{% for a in l %}{% for b in l %}{% assign x = b %}{% endfor %}{% endfor %}'],
  ] as const)('after its time: %s', (dialect, source) => {
    const limits = { time: 50 };
    expect(errorOf(source, list, { dialect, limits, clock: hurryingClock() }).message).toMatch(
      /longer than 50 ms/,
    );
  });

  test.each([
    ['go', '{{ range .l }}xxxxxxxxxx{{ end }}'],
    ['liquid', '{% for a in l %}xxxxxxxxxx{% endfor %}'],
    ['go', '{{ range .l }}{{ printf "%10d" 1 }}{{ end }}'],
    ['liquid', '{% for a in l %}{{ "xxxxxxxxxx" }}{% endfor %}'],
    ['go', '{{ toJson . }}'],
    ['liquid', '{{ l | toJson }}'],
    ['go', 'é{{ range .l }}é{{ end }}'],
  ] as const)('before its output is too long: %s %s', (dialect, source) => {
    expect(errorOf(source, list, { dialect, limits: { output: 2_000 } }).message).toMatch(/longer than/);
    expect(render('{{ range .l }}x{{ end }}', list, { limits: { output: 1_000 } })).toHaveLength(1_000);
  });

  test.each([
    ['go', '{{ range 1000000000 }}{{ end }}'],
    ['go', '{{ $x := "xxxxxxxxxx" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}'],
    ['go', '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}'],
    ['go', '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}'],
    ['go', '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ printf "%d" $x }}'],
    ['go', '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ uniq (list $x) }}'],
    ['go', '{{ indent 100000000 "x" }}'],
    ['go', '{{ printf "%1000000d%1000000d" 1 2 }}'],
    ['go', '{{ $x := printf "%999999d" 1 }}{{ replace " " $x $x }}'],
    ['go', '{{ $x := dict }}{{ range 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ print $x }}'],
    ['go', '{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}'],
    ['go', '{{ define "t" }}{{ range 9 }}{{ template "t" }}{{ end }}{{ end }}{{ template "t" }}'],
    ['liquid', '{% for i in (1..1000000000) %}{% endfor %}'],
    ['liquid', '{% for i in (1..2000) %}{% for j in (1..2000) %}{% endfor %}{% endfor %}'],
    [
      'liquid',
      '{% assign x = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}',
    ],
    [
      'liquid',
      '{% assign x = "xxxxxxxxxx" %}{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}',
    ],
    [
      'liquid',
      '{% assign x = "x" | list: "x" %}{% for i in (1..60) %}{% assign x = x | list: x %}{% endfor %}{{ x | toJson }}',
    ],
    ['liquid', '{{ "x" | indent: 100000000 }}'],
  ] as const)('on its own, even on a clock that stands still: %s %s', (dialect, source) => {
    expect(errorOf(source, {}, { dialect })).toBeInstanceOf(TemplateError);
  });

  test('when its templates and blocks together exhaust the stack', () => {
    const blocks = `${'{{ if . }}'.repeat(190)}{{ template "t" . }}${'{{ end }}'.repeat(190)}`;
    expect(errorOf(`{{ define "t" }}${blocks}{{ end }}{{ template "t" 1 }}`)).toBeInstanceOf(TemplateError);
  });

  test('at 64 KiB of source', () => {
    expect(render('x'.repeat(65_536))).toHaveLength(65_536);
    expect(errorOf('é'.repeat(32_769)).message).toMatch(/65538 bytes, of at most 65536/);
  });
});

describe('the parser stops at nesting beyond its stack', () => {
  test.each([
    '{{ if 1 }}',
    '{{ range . }}',
    '{{ with 1 }}{{ else }}',
    '{{ if 1 }}{{ else if 2 }}',
    '{{ define "x" }}',
  ])('%s', (part) => {
    expect(errorOf(part.repeat(3_000))).toBeInstanceOf(TemplateError);
  });

  test('parentheses and else if', () => {
    expect(errorOf(`{{ ${'('.repeat(30_000)}`)).toBeInstanceOf(TemplateError);
    expect(errorOf(`{{ ${'('.repeat(30_000)}1${')'.repeat(30_000)} }}`)).toBeInstanceOf(TemplateError);
    expect(errorOf(`{{ if 1 }}${'{{ else if 1 }}'.repeat(3_000)}{{ end }}`)).toBeInstanceOf(TemplateError);
  });

  test('Liquid', () => {
    expect(errorOf('{% if a %}'.repeat(5_000), {}, { dialect: 'liquid' })).toBeInstanceOf(TemplateError);
    const closed = '{% if true %}'.repeat(2_400) + '{% endif %}'.repeat(2_400);
    expect(() => render(closed, {}, { dialect: 'liquid' })).not.toThrow(RangeError);
  });
});

describe('nothing but a template error with a place comes out', () => {
  const parts = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{-',
      '-}}',
      '{%',
      '%}',
      ' ',
      '\n',
      '.a',
      '.b.c',
      '$x',
      ':=',
      '=',
      '|',
      '(',
      ')',
      ',',
      ':',
      '"x"',
      '\\"',
      '`',
      "'",
      '1',
      '1.5',
      '-',
    ],
    ...[
      'if',
      'else',
      'end',
      'range',
      'with',
      'define',
      'template',
      'block',
      'break',
      'continue',
      'endif',
      'for',
      'in',
      'endfor',
      'assign',
    ],
    ...[
      'print',
      'index',
      'printf',
      'eq',
      'and',
      'toJson',
      'add',
      'slice',
      'date',
      'join',
      'nil',
      'true',
      '/*',
      '*/',
      '"%*d"',
      '.Format',
    ],
  );
  const source = fc.oneof(
    fc.array(parts, { maxLength: 25 }).map((words) => words.join(' ')),
    fc.array(parts, { maxLength: 12 }).map((words) => `{{ ${words.join(' ')} }}`),
    fc.array(parts, { maxLength: 12 }).map((words) => `{% ${words.join(' ')} %}`),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `{{ ${text} }}`),
  );

  test('of random sources over random data', () => {
    fc.assert(
      fc.property(source, fc.jsonValue(), fc.boolean(), (text, a, json) => {
        for (const dialect of [undefined, 'go', 'liquid'] as const) {
          const options = dialect === undefined ? {} : { dialect };
          try {
            compileTemplate(text, { clock: new FakeClock(), json, ...options }).render({ a, b: { c: [a] } });
          } catch (error) {
            expect(error).toBeInstanceOf(TemplateError);
            if (!(error instanceof TemplateError)) throw error;
            expect(error.offset).toBeLessThanOrEqual(text.length);
            expect(error.offset).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
