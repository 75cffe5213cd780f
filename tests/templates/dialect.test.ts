import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/templates/compile.ts';
import { tellDialect } from '../../src/templates/dialect.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { errorOf, render } from './support.ts';

describe('tellDialect', () => {
  test.each([
    ['', 'text'],
    ['plain { text } with {{x} and %}', 'go'],
    ['plain {x} }} %}', 'text'],
    ['{{ .a }}', 'go'],
    ['{{- .a -}}', 'go'],
    ['{{ $x }}', 'go'],
    ['{{ if .a }}{{ end }}', 'go'],
    ['{{/* comment */}}', 'go'],
    ['{{ toJson .body }}', 'go'],
    ['{{ "a" | upper }}', 'go'],
    ['{{ name }}', 'go'],
    ['{{ (index .a 0).b }}', 'go'],
    ['{{ body.title | truncate: 5 }}', 'liquid'],
    ['{{ "now" | date: "%Y" }}', 'liquid'],
    ['{% if a %}{{ a }}{% endif %}', 'liquid'],
    ['{%- assign a = 1 -%}', 'liquid'],
    // The names of functions are variables in Liquid.
    ['{% if title %}{{ title }}{{ now }}{{ list.first }}{{ join | upcase }}{% endif %}', 'liquid'],
    // What is in strings and comments tells nothing.
    ['{{ print "| date: 1 {% x" }}', 'go'],
    ["{{ 'it is .go' | append: '}} {{ .x' }}", 'liquid'],
    ['{% raw %}{{ .go }}{% endraw %}{{ a }}', 'liquid'],
    ['{% comment %}{{ .go }}{% endcomment %}{{ a }}', 'liquid'],
    ['{{/* {% liquid %} */}}', 'go'],
    ['{{ if eq .a "x | y: z" }}b{{ end }}', 'go'],
    ['{{ if eq .a \\"x | y: z\\" }}b{{ end }}', 'go'],
    ['{{ if eq .a \\"x }} | y: z\\" }}b{{ end }}', 'go'],
    ['{{ if eq .Status \\"completed\\" }}a{{ else }}b{{ end }}"', 'go'],
  ])('%s is %s', (source, dialect) => {
    expect(tellDialect(source)).toBe(dialect);
  });

  test('goes by what the file says', () => {
    expect(tellDialect('{{ name }}', 'liquid')).toBe('liquid');
    expect(tellDialect('{{ .a }} {% x %}', 'go')).toBe('go');
    expect(tellDialect('plain {% x %}', 'go')).toBe('text');
    expect(() => tellDialect('{{ .a }}', 'liquid')).toThrow(/this is Go, but its dialect is Liquid/);
  });

  test.each(['{{ template }}', '{{ range.start }}-{{- end -}}', '{{ end | upcase }}', '{{ block.if }}'])(
    'takes the keywords of Go for names where the file says Liquid: %s',
    (source) => {
      expect(tellDialect(source, 'liquid')).toBe('liquid');
      expect(tellDialect(source)).toBe('go');
    },
  );

  test.each(['{{ range .items }}', '{{ if eq .a 1 }}', '{{ template "x" }}', '{{ else if x }}'])(
    'refuses what is no Liquid where the file says so: %s',
    (source) => {
      expect(() => tellDialect(source, 'liquid')).toThrow(/this is Go/);
    },
  );

  test('so Liquid prints variables of such names', () => {
    const data = { template: 'a', range: { start: 'b' }, end: 'c' };
    const options = { dialect: 'liquid' } as const;
    expect(render('{{ template }}{{ range.start }}{{ end }}', data, options)).toBe('abc');
  });
});

describe('a template in both dialects is refused at the character that tells', () => {
  test.each([
    ['{{ .a }}\n  {% if b %}{% endif %}', 2, 3],
    ['{% if b %}\n{{ .a }}{% endif %}', 2, 4],
    ['{{ .a }}{{ b | date: "x" }}', 1, 14],
    ['{{ b | date: "x" }}\n\n{{- $x }}', 3, 5],
    ['{{ b | date: "x" }}{{ toJson .a }}', 1, 23],
    ['{{ .a | truncate: 5 }}{{ .b }}', 1, 26],
  ])('%j', (source, line, column) => {
    const error = errorOf(source);
    expect(error.message).toMatch(/a template is in one dialect/);
    expect([error.line, error.column]).toEqual([line, column]);
  });
});

test('a name that is no function is explained', () => {
  const error = errorOf('Hi {{ user.name }}');
  expect(error.message).toMatch(/dialect: liquid/);
});

test('text without actions is printed as it is', () => {
  const template = compileTemplate('a } b', { clock: new FakeClock() });
  expect([template.dialect, template.render({})]).toEqual(['text', 'a } b']);
});
