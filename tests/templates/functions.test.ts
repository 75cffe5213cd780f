import { describe, expect, test } from 'vitest';
import { headerData, TimeValue } from '../../src/templates/data.ts';
import { errorOf, render } from './support.ts';

// Expected by the documentation of sprig and of the page; what Go itself defines is in go-fixtures.test.ts.
const data =
  '{"s":"Hello, World","e":"","n":5,"z":0,"f":3.99,"nil":null,"t":true,"l":["c","a","b","a"],"m":{"b":1,"a":"<x>","9":2},"big":9007199254740993,"price":1.50,"d":"2024-03-05T07:08:09+01:00"}';

describe('text', () => {
  test.each([
    [
      '{{ upper .s }} {{ lower .s }} {{ title "hello big_wide world o\'neil" }}',
      "HELLO, WORLD hello, world Hello Big_wide World O'Neil",
    ],
    ['[{{ trim "  a b \\n" }}]', '[a b]'],
    [
      '{{ trimAll "$x" "$x5.00x$" }} {{ trimPrefix "He" .s }} {{ trimSuffix "ld" .s }} {{ trimPrefix "x" .s }}',
      '5.00 llo, World Hello, Wor Hello, World',
    ],
    [
      '{{ .s | replace "l" "L" }} {{ replace "" "-" "ab" }} {{ replace "a" "$&" "cat" }}',
      'HeLLo, WorLd -a-b- c$&t',
    ],
    ['{{ contains "World" .s }} {{ hasPrefix "He" .s }} {{ hasSuffix "He" .s }}', 'true true false'],
    [
      '{{ (split "," "a,b,c")._1 }} {{ splitList "," "a,b" | toJson }} {{ splitList "" "ab" | toJson }}',
      'b ["a","b"] ["a","b"]',
    ],
    [
      '{{ join "-" .l }} {{ join "," (list 1 nil true 2.5) }} {{ join "," "x" }}[{{ join "," .nil }}]',
      'c-a-b-a 1,true,2.5 x[]',
    ],
    [
      '{{ trunc 5 .s }}|{{ trunc -5 .s }}|{{ trunc 99 .s }}|{{ trunc 1 "😀x" }}',
      'Hello|World|Hello, World|😀',
    ],
    [
      '{{ substr 0 5 .s }}|{{ substr 7 -1 .s }}|{{ substr -1 3 .s }}|{{ substr 7 99 .s }}',
      'Hello|World|Hel|World',
    ],
    ['{{ indent 2 "a\\nb" }}|{{ nindent 1 "a\\nb" }}', '  a\n  b|\n a\n b'],
    ['{{ quote "a\\"b" }} {{ quote 1 nil "x" }} {{ squote "a" 2 }}', '"a\\"b" "1" "x" \'a\' \'2\''],
    ['{{ toString 5 | len }} {{ toString .price }} {{ print .l }}', '1 1.50 [c a b a]'],
    ['{{ b64enc "hällo" }} {{ b64dec "aMOkbGxv" }}', 'aMOkbGxv hällo'],
    ['{{ sha256sum "" }}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });
});

describe('choices', () => {
  test.each([
    [
      '{{ default "d" .e }}{{ default "d" .z }}{{ default "d" .nil }}{{ default "d" .none }}{{ default "d" .s }}',
      'ddddHello, World',
    ],
    ['{{ .none.deeper | default "none" }} {{ default "x" }}', 'none x'],
    ['{{ coalesce .e .nil .z "first" "second" }} {{ coalesce .e }}', 'first <no value>'],
    ['{{ ternary "yes" "no" .t }} {{ eq .n 6 | ternary "yes" "no" }}', 'yes no'],
    [
      '{{ empty .e }} {{ empty .s }} {{ empty .none }} {{ empty (list) }} {{ empty (dict "a" 1) }}',
      'true false true true false',
    ],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });
});

describe('JSON', () => {
  test.each([
    [
      '{{ toJson .m }} {{ toJson .price }} {{ toJson .big }} {{ toJson .none }} {{ toJson "<é>" }}',
      '{"b":1,"a":"<x>","9":2} 1.50 9007199254740993 null "<é>"',
    ],
    ['{{ toJsonPretty (dict "a" (list 1 "x")) }}', '{\n  "a": [\n    1,\n    "x"\n  ]\n}'],
    [
      '{{ (fromJson "{\\"a\\": [1, {\\"b\\": 1.50}]}").a | toJson }} {{ fromJson "{" }}',
      '[1,{"b":1.50}] <no value>',
    ],
    ['{{ .big }} {{ .price }} {{ add .big 1 }}', '9007199254740993 1.50 9007199254740994'],
    ['{{ eq .n 5 }} {{ printf "%d|%v" .big .price }} {{ eq .price 1.5 }}', 'true 9007199254740993|1.50 true'],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });
});

describe('collections', () => {
  test.each([
    [
      '{{ list 1 "a" nil | toJson }} {{ dict "a" 1 "b" | toJson }} {{ dict 1 2 | toJson }}',
      '[1,"a",null] {"a":1,"b":""} {"1":2}',
    ],
    [
      '{{ get .m "a" }}[{{ get .m "none" }}] {{ hasKey .m "9" }} {{ hasKey .m "none" }} {{ keys .m | toJson }}',
      '<x>[] true false ["b","a","9"]',
    ],
    [
      '{{ first .l }}{{ last .l }} {{ first (list) }} {{ uniq .l | toJson }} {{ uniq (list 1 "1" 1 (list 1) (list 1)) | toJson }}',
      'ca <no value> ["c","a","b"] [1,"1",[1]]',
    ],
    [
      '{{ sortAlpha .l | toJson }} {{ sortAlpha (list 3 20 1) | toJson }}',
      '["a","a","b","c"] ["1","20","3"]',
    ],
    [
      '{{ index (dict "a" (list 1 2)) "a" 1 }} {{ range $k, $v := dict "b" 1 "a" 2 }}{{ $k }}{{ $v }}{{ end }}',
      '2 a2b1',
    ],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });
});

describe('numbers', () => {
  test.each([
    [
      '{{ add 1 2 3 }} {{ sub 5 7 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ div -7 2 }} {{ mod -7 4 }}',
      '6 -2 24 3 -3 -3',
    ],
    [
      '{{ max 1 5 3 }} {{ min 4 2 9 }} {{ int "42" }} {{ int .f }} {{ int "x" }} {{ int true }} {{ int "3.00" }} {{ int .nil }}',
      '5 2 42 3 0 1 3 0',
    ],
    [
      '{{ add 9223372036854775807 1 }} {{ mul .big 1 }} {{ add "2" 3 }}',
      '-9223372036854775808 9007199254740993 5',
    ],
    ['{{ lt (add 1 1) 3 }} {{ index .l (sub 3 1) }} {{ printf "%d" (len .l | add 1) }}', 'true b 5'],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });
});

describe('time', () => {
  test.each([
    ['{{ now }} {{ (now).Format "2006" }} {{ (now).Unix }}', '2026-01-02T03:04:05Z 2026 1767323045'],
    ['{{ now.Unix }} {{ now.Format "2006" }} {{ "01" | now.Format }}', '1767323045 2026 01'],
    ['{{ $at := now.Unix }}{{ printf "%s %d" (now.Format "15:04") $at }}', '03:04 1767323045'],
    [
      '{{ date "2006-01-02 15:04" .d }} {{ date "Jan 2" 0 }} {{ now | date "15:04:05" }}',
      '2024-03-05 06:08 Jan 1 03:04:05',
    ],
  ])('%s', (source, printed) => {
    expect(render(source, data)).toBe(printed);
  });

  test('prints a fraction only where there is one', () => {
    expect(
      render('{{ .a }} {{ .b }} {{ toJson .b }}', { a: new TimeValue(1_000), b: new TimeValue(1_001) }),
    ).toBe('1970-01-01T00:00:01Z 1970-01-01T00:00:01.001Z "1970-01-01T00:00:01.001Z"');
  });
});

describe('refused', () => {
  test.each([
    '{{ upper 5 }}',
    '{{ upper .nil }}',
    '{{ b64dec "?" }}',
    '{{ div 1 0 }}',
    '{{ mod 1 0 }}',
    '{{ first "abc" }}',
    '{{ date "2006" "yesterday" }}',
    '{{ date "2006" 99999999999999 }}',
    '{{ trunc "5" "x" }}',
    '{{ ternary 1 2 "x" }}',
    '{{ get "x" "y" }}',
    '{{ indent -1 "x" }}',
    '{{ now 1 }}',
    '{{ now.Year }}',
    '{{ len.x }}',
    '{{ nil.x }}',
    '{{ (1.5).value }}',
    '{{ .price.text }}',
  ])('%s', (source) => {
    expect(errorOf(source, data).column).toBeGreaterThan(1);
  });
});

describe('beyond Go', () => {
  test('hyphens in names, and headers in any case', () => {
    const headers = headerData([
      ['X-GitHub-Event', 'push'],
      ['Accept', 'a'],
      ['accept', 'b'],
    ]);
    expect(
      render('{{ .headers.X-GitHub-Event }} {{ .headers.x-github-EVENT }} {{ .headers.Accept }}', {
        headers,
      }),
    ).toBe('push push a, b');
    expect(render('{{ toJson .headers }} {{ index .headers "ACCEPT" }}', { headers })).toBe(
      '{"x-github-event":"push","accept":"a, b"} a, b',
    );
    expect(render('{{ .a-b.c-d }}{{ .a-b -}} x', '{"a-b":{"c-d":1}}')).toBe('1map[c-d:1]x');
  });

  test.each([
    ['{{ if eq .s \\"x\\" }}yes{{ end }}', 'yes'],
    ['{{ print \\"a b\\" \\"c\\" }}', 'a bc'],
    ['{{ print \\"a\\\\\\"b\\\\nc\\" }}', 'a"b\nc'],
    ['{{ print \\"a\\nb\\" }}', 'a\nb'],
  ])('strings in escaped quotes: %s', (source, printed) => {
    expect(render(source, '{"s":"x"}')).toBe(printed);
  });
});

describe('nothing of the host is reachable', () => {
  test.each([
    '{{ .constructor }}{{ .__proto__ }}{{ .toString }}{{ .fn }}{{ .getter }}',
    '{{ .map.constructor }}{{ .map.size }}{{ .map.get }}{{ .record.constructor }}{{ .record.__proto__ }}',
    '{{ index .map "constructor" }}{{ index .record "__proto__" }}{{ (dict).constructor }}',
  ])('%s', (source) => {
    const given = {
      map: new Map(),
      record: { a: 1 },
      fn: () => 'host',
      get getter() {
        return 'host';
      },
    };
    expect(render(source, given)).toMatch(/^(<no value>)+$/);
    expect(render('{{ toJson (list .fn) }}{{ range $k, $v := . }}{{ $k }} {{ end }}', given)).toBe(
      '[null]map record ',
    );
  });
});

describe('an integer and a float are compared as numbers', () => {
  const prices =
    '{"whole":150,"half":150.5,"low":99.99,"zero":100.0,"big":175928847299117063,"next":175928847299117064,"far":1.75928847299117064e17}';

  test.each([
    ['{{ gt .whole 100 }} {{ gt .half 100 }} {{ gt .low 100 }}', 'true true false'],
    ['{{ gt .whole 100.0 }} {{ gt .half 100.0 }} {{ gt .low 100.0 }}', 'true true false'],
    ['{{ ge .zero 100 }} {{ le .zero 100 }} {{ lt .zero 100 }} {{ gt .zero 100 }}', 'true true false false'],
    ['{{ eq .zero 100 }} {{ ne .half 150 }} {{ eq .whole 1 150.0 }}', 'true true true'],
    // The nearest float to both is 175928847299117056.
    [
      '{{ eq .big .next }} {{ lt .big .next }} {{ eq .far .next }} {{ gt .big .far }}',
      'false true false true',
    ],
  ])('%s', (source, printed) => {
    expect(render(source, prices)).toBe(printed);
  });

  test.each(['{{ gt .whole "100" }}', '{{ eq .half true }}', '{{ lt .none 1.5 }}'])(
    'but not in %s',
    (source) => {
      expect(errorOf(source, prices).message).toMatch(/cannot be compared|has no order/);
    },
  );
});
