import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeValue } from '../../src/templates/data.ts';
import { errorOf, render } from './support.ts';

const json = { json: true } as const;
const nasty = 'a "quoted" \\ line\nwith \u0007 and \u2028 and </script>, "x": 1';

describe('inside a JSON string a value is escaped', () => {
  test.each([
    ['go', '{"text": "Error: {{ .Error }}"}'],
    ['go', '{"text": "{{ if .Error }}Error: {{ .Error }}{{ end }}"}'],
    ['go', '{"text": "{{ range .List }}Error: {{ . }}{{ end }}"}'],
    ['go', '{{ define "t" }}Error: {{ . }}{{ end }}{"text": "{{ template "t" .Error }}"}'],
    ['go', '{"text": "{{ printf "Error: %s" .Error }}"}'],
    ['liquid', '{"text": "Error: {{ Error }}"}'],
    ['liquid', '{"text": "{% if Error %}Error: {{ Error }}{% endif %}"}'],
    ['liquid', '{"text": "{% for e in List %}Error: {{ e }}{% endfor %}"}'],
    ['liquid', '{"text": "{% case Error %}{% when "x" %}{% else %}Error: {{ Error }}{% endcase %}"}'],
    ['liquid', '{% capture c %}Error: {{ Error }}{% endcapture %}{"text": "{{ c }}"}'],
    ['liquid', '{"text": "{% echo Error | prepend: "Error: " %}"}'],
    ['liquid', '{"text": "Error: {% cycle Error, "b" %}"}'],
    ['liquid', '{"text": "Error: {{ Error | raw }}"}'],
    ['liquid', '{% liquid\nassign e = Error\n%}{"text": "Error: {{ e }}"}'],
  ] as const)('%s: %s', (dialect, source) => {
    const printed = render(source, { Error: nasty, List: [nasty] }, { ...json, dialect });
    expect(JSON.parse(printed)).toEqual({ text: `Error: ${nasty}` });
  });
});

describe('outside of strings a value is one JSON value', () => {
  const data =
    '{"n":1.50,"nil":null,"map":{"a":[1]},"text":"x","object":"{\\"a\\":1}","two":"1,2","key":"1,\\"b\\":2"}';

  test.each([
    ['{{ .n }}', '1.50'],
    ['{{ .nil }}', 'null'],
    ['{{ .missing }}', 'null'],
    ['{{ .map }}', '{"a":[1]}'],
    ['{{ .object }}', '{"a":1}'],
    ['{{ toJson .text }}', '"x"'],
    ['{{ if .n }}true{{ else }}false{{ end }}', 'true'],
  ])('%s prints %s', (action, printed) => {
    expect(render(`{"v": ${action}}`, data, json)).toBe(`{"v": ${printed}}`);
  });

  test.each(['text', 'two', 'key'])('%s is refused', (name) => {
    expect(errorOf(`{"v": {{ .${name} }}}`, data, json).column).toBe(10);
    expect(errorOf(`{"v": {{ ${name} }}}`, data, { ...json, dialect: 'liquid' }).column).toBe(7);
  });

  test('the nil of Liquid is null, and nothing inside a string', () => {
    const source = '{"v": {{ note | default: nil }}, "w": "{{ note | default: nil }}{{ empty }}{{ blank }}"}';
    expect(render(source, {}, { ...json, dialect: 'liquid' })).toBe('{"v": null, "w": ""}');
  });

  test('a time is a JSON string', () => {
    expect(render('[{{ .at }}]', { at: new TimeValue(0) }, json)).toBe('["1970-01-01T00:00:00Z"]');
  });
});

describe('refused at load', () => {
  test.each([
    ['branches that differ', '{"a": {{ if .x }}"b{{ else }}"c"{{ end }}}', 10],
    ['a branch that opens a string', '{"a": {{ if .x }}"{{ end }}b"}', 10],
    ['a loop that opens a string', '{"a": {{ range .x }}"{{ end }}}', 10],
    ['a jump out of a string', '["{{ range .x }}"{{ break }}"{{ end }}"]', 21],
    ['a value after a backslash', '{"a": "\\{{ .x }}"}', 12],
    ['a value inside \\u', '{"a": "\\u00{{ .x }}"}', 15],
    ['a string without an end', '{"a": "{{ .x }}}', 17],
    [
      'a template used in and out of strings',
      '{{ define "t" }}x{{ end }}{{ template "t" }}"{{ template "t" }}"',
      49,
    ],
    ['a template that closes a string', '{{ define "t" }}"{{ end }}{"a": "{{ template "t" }}}', 37],
    ['branches that differ', '{"a": {% if x %}"b{% else %}"c"{% endif %}}', 7],
    ['a case that closes a string', '{"a": "{% case x %}{% when 1 %}"{% endcase %}}', 8],
    ['a tag that prints HTML', '{"a": "{% tablerow i in x %}{% endtablerow %}"}', 8],
    [
      'a captured jump out of a string',
      '{% for x in l %}"{% capture y %}{% break %}{% endcapture %}"{% endfor %}',
      33,
    ],
    [
      'a jump in a captured table',
      '{% for x in l %}"{% capture y %}{% tablerow i in l %}{% continue %}{% endtablerow %}{% endcapture %}"{% endfor %}',
      54,
    ],
    ['text without an end', '{"a": "', 8],
  ])('%s: %s', (_, source, column) => {
    expect(errorOf(source, {}, json).column).toBe(column);
  });

  test('only where the output is JSON', () => {
    expect(render('{"a": "{{ .x }}', { x: '"' })).toBe('{"a": ""');
  });
});

test('what is captured prints nothing, and may go round loops and leave them', () => {
  const source =
    '{% for x in l %}{% capture y %}"{% tablerow i in l %}{% for z in l %}{% break %}{% endfor %}{{ i }}{% endtablerow %}{% if x == 2 %}{% break %}{% endif %}{% endcapture %}[{{ x }}]{% endfor %}';
  expect(render(source, '{"l":[1,2,3]}', { ...json, dialect: 'liquid' })).toBe('[1]');
});

test('what sets a variable prints nothing, wherever it stands', () => {
  expect(render('{{ $x := .x }}{"a": "{{ $x = print $x "!" }}{{ $x }}"}', { x: '"' }, json)).toBe(
    '{"a": "\\"!"}',
  );
});

test('no data adds a key, ends a string or breaks the JSON, in either dialect', () => {
  const sources = [
    [
      'go',
      '{"a":"{{ .s }}","b":{{ toJson .v }},"c":[{{ range $i, $x := .l }}{{ if $i }},{{ end }}"{{ $x }}"{{ end }}]}',
    ],
    [
      'liquid',
      '{"a":"{{ s }}","b":{{ v | json }},"c":[{% for x in l %}{% unless forloop.first %},{% endunless %}"{{ x }}"{% endfor %}]}',
    ],
  ] as const;
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\n', '{', '}', ',', 'u', '\ud800', 'a') }),
  );
  fc.assert(
    fc.property(text, fc.jsonValue(), fc.array(text), (s, v, l) => {
      for (const [dialect, source] of sources) {
        const parsed = JSON.parse(render(source, { s, v, l }, { ...json, dialect }));
        expect(Object.keys(parsed)).toEqual(['a', 'b', 'c']);
        expect(parsed).toEqual({ a: s, b: JSON.parse(JSON.stringify(v)), c: l });
      }
    }),
    { numRuns: 300 },
  );
});
