import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeValue } from '../../src/templates/data.ts';
import { functions } from '../../src/templates/functions/functions.ts';
import { includes, places, splitAt } from '../../src/templates/functions/search.ts';
import { engine } from '../../src/templates/liquid/engine.ts';
import type { Dialect } from '../../src/templates/template.ts';
import { errorOf, hurryingClock, render } from './support.ts';

const large = {
  // Base64, and longer than what may be gone through between two looks at the clock.
  t: 'QUJD'.repeat(70_000),
  l: Array.from({ length: 5_000 }, (_, index) => `k${(index * 7) % 4_999}`),
  m: new Map(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index])),
  deep: [Array.from({ length: 5_000 }, () => [])],
};

describe('the clock is looked at for what a function goes through, not for its calls', () => {
  const given = new Map(
    Object.entries({
      contains: '"zz" .t',
      date: '.t 0',
      default: '.t .t',
      dict: '.t 1',
      div: '.t 1',
      eq: '.t .t',
      ge: '.t .t',
      get: '.m .t',
      gt: '.t .t',
      hasKey: '.m .t',
      hasPrefix: '"x" .t',
      hasSuffix: '"x" .t',
      indent: '1 .t',
      index: '.t 0',
      join: '"," .l',
      keys: '.m',
      le: '.t .t',
      lt: '.t .t',
      mod: '.t 1',
      ne: '.t .t',
      nindent: '1 .t',
      printf: '"%s" .t',
      replace: '"x" "y" .t',
      slice: '.t 0 1',
      sortAlpha: '.l',
      split: '"x" .t',
      splitList: '"x" .t',
      sub: '.t 1',
      substr: '0 3 .t',
      ternary: '.t .t true',
      trimAll: '"Q" .t',
      trimPrefix: '"x" .t',
      trimSuffix: '"x" .t',
      trunc: '3 .t',
      uniq: '.l',
    }),
  );
  const quick = new Set(['first', 'last', 'now']);

  test.each(Object.keys(functions).filter((name) => !quick.has(name)))('Go: %s', (name) => {
    const call = `${name} ${(given.get(name) ?? '.t').replace(/\.(?=[a-z])/g, '$.')}`;
    const options = { dialect: 'go', limits: { time: 50 }, clock: hurryingClock() } as const;
    const error = errorOf(`{{ range 100 }}{{ $x := ${call} }}{{ end }}`, large, options);
    expect(error.message).toMatch(/longer than 50 ms/);
  });

  const piped = new Map(
    Object.entries({
      append: 't | append: "x"',
      concat: 'l | concat: l',
      compact: 'l | compact',
      divided_by: 't | divided_by: 2',
      find: 'l | find: "a"',
      find_exp: 'l | find_exp: "x", "x.a"',
      find_index: 'l | find_index: "a"',
      find_index_exp: 'l | find_index_exp: "x", "x.a"',
      group_by: 'l | group_by: "a"',
      group_by_exp: 'l | group_by_exp: "x", "x.a"',
      has: 'l | has: "a"',
      has_exp: 'l | has_exp: "x", "x.a"',
      hmac_sha256: 't | hmac_sha256: "k"',
      join: 'l | join',
      map: 'l | map: "a"',
      pop: 'l | pop',
      prepend: 't | prepend: "x"',
      push: 'l | push: 1',
      reject: 'l | reject: "a"',
      reject_exp: 'l | reject_exp: "x", "x.a"',
      remove: 't | remove: "x"',
      remove_first: 't | remove_first: "x"',
      remove_last: 't | remove_last: "x"',
      replace: 't | replace: "x", "y"',
      replace_first: 't | replace_first: "x", "y"',
      replace_last: 't | replace_last: "x", "y"',
      reverse: 'l | reverse',
      shift: 'l | shift',
      slice: 't | slice: 5000, 200000',
      sort: 'l | sort',
      sort_natural: 'l | sort_natural',
      split: 't | split: "x"',
      sum: 'l | sum: "a"',
      uniq: 'l | uniq',
      unshift: 'l | unshift: 1',
      where: 'l | where: "a"',
      where_exp: 'l | where_exp: "x", "x.a"',
    }),
  );
  const own = new Set(Object.keys(functions));
  // They look at a length, an end or a truth.
  const quickFilters = new Set(['size', 'default', 'raw', 'json', 'jsonify', 'inspect']);
  const filters = Object.keys(engine.filters).filter(
    (name) => (!own.has(name) || piped.has(name)) && !quickFilters.has(name),
  );

  test.each(filters)('Liquid: %s', (name) => {
    const call = piped.get(name) ?? `t | ${name}`;
    const options = { dialect: 'liquid', limits: { time: 50 }, clock: hurryingClock() } as const;
    const source = `{% for i in (1..1000) %}{% assign x = ${call} %}{% endfor %}`;
    // So many rounds alone would not make it look so often.
    expect(() =>
      render('{% for i in (1..1000) %}{% assign x = 1 %}{% endfor %}', large, options),
    ).not.toThrow();
    expect(errorOf(source, large, { ...options, clock: hurryingClock() }).message).toMatch(
      /longer than 50 ms/,
    );
  });

  test.each([
    '{% if t == t %}{% endif %}',
    '{% if deep == l %}{% endif %}',
    '{% if t contains "zz" %}{% endif %}',
    '{% if l contains "zz" %}{% endif %}',
    '{% for x in m limit: 1 %}{% endfor %}',
  ])('Liquid: %s', (body) => {
    const options = { dialect: 'liquid', limits: { time: 50 }, clock: hurryingClock() } as const;
    const source = `{% for i in (1..1000) %}${body}{% endfor %}`;
    expect(errorOf(source, large, options).message).toMatch(/longer than 50 ms/);
  });

  test('Liquid: a long list of maps', () => {
    const options = { dialect: 'liquid', limits: { time: 50 }, clock: hurryingClock() } as const;
    const body = Array.from({ length: 200_000 }, () => new Map());
    expect(errorOf('{{ body | size }}', { body }, options).message).toMatch(/longer than 50 ms/);
  });

  test('Go: the order in which a map is gone through', () => {
    const options = { dialect: 'go', limits: { time: 50 }, clock: hurryingClock() } as const;
    const source = '{{ range 100 }}{{ range $.m }}{{ break }}{{ end }}{{ end }}';
    expect(errorOf(source, large, options).message).toMatch(/longer than 50 ms/);
  });
});

test('a message quotes no more than the beginning of a value', () => {
  expect(errorOf('{{ range .t }}{{ end }}', large, { dialect: 'go' }).message).toMatch(
    /range cannot go over (QUJD){15}…, a string$/,
  );
});

describe('what a function makes is never much longer than the output may be', () => {
  const limits = { output: 4_000 };
  const data = {
    q: '"'.repeat(3_000),
    lines: '\n'.repeat(3_000),
    euro: '€'.repeat(1_500),
    greek: 'ΐ'.repeat(3_000),
    dotted: 'İ'.repeat(3_000),
    amp: '&'.repeat(3_000),
    at: new TimeValue(1_700_000_000_000),
    layout: '1'.repeat(3_000),
    dates: '%Y'.repeat(1_500),
    l: Array.from({ length: 510 }, () => 'xxxxxxx'),
  };
  const cases: readonly (readonly [Dialect, string])[] = [
    ...[
      ...['html .q', 'js .q', 'urlquery .q', 'quote .q', 'quote .q .q', 'squote .q .q', 'b64enc .euro'],
      ...['upper .greek', 'lower .dotted', 'toString .l', 'print .q .q', 'println .q .q', 'toJson .q'],
      ...['toJsonPretty .l', 'printf "%q" .q', 'printf "%x" .q', 'printf "% #x" .q', 'printf "%s%s" .q .q'],
      ...['printf "" .q .q', 'printf "%#v" .q', 'replace "" "ab" .q', 'replace "\\"" "ab" .q', 'join .q .l'],
      ...[
        'indent 1 .lines',
        'nindent 1 .lines',
        'date "2006" 0 | printf "%5000s"',
        'date .layout 1700000000',
      ],
      ...['quote .l .l'],
    ].map((call) => ['go', `{{ $x := ${call} }}`] as const),
    ['go', '{{ $x := .at.Format .layout }}'],
    ...[
      ...['q | escape', 'q | xml_escape', 'amp | escape_once', 'euro | url_encode', 'euro | cgi_escape'],
      ...[
        'euro | uri_escape',
        'euro | base64_encode',
        'lines | newline_to_br',
        'q | append: q',
        'q | prepend: q',
      ],
      ...['greek | upcase', 'dotted | downcase', 'l | join: q', 'l | array_to_sentence_string: q'],
      ...["q | replace: '\"', 'ab'", "l | join: ',,' | append: q", "q | replace_first: '\"', q"],
      ...["q | replace_last: '\"', q", '0 | date: dates', '0 | date: "%5000Y"', 'q | b64enc | b64enc'],
      ...[
        'q | quote',
        'q | js',
        'q | html',
        'euro | urlquery',
        'q | toJson',
        'q | json',
        'lines | indent: 1',
      ],
    ].map((call) => ['liquid', `{% assign x = ${call} %}`] as const),
  ];

  test.each(cases)('%s %s', (dialect, source) => {
    expect(errorOf(source, data, { dialect, limits }).message).toMatch(
      /longer than (?:the )?4000 (?:bytes|characters)/,
    );
  });

  test('however often it is made longer', () => {
    const source = '{{ $x := .body.a }}{{ range 40 }}{{ $x = js $x }}{{ end }}{{ len $x }}';
    expect(errorOf(source, { body: { a: "'".repeat(13) } }).message).toMatch(/longer than the 1048576 bytes/);
  });

  test('and a long text that is printed part by part counts once', () => {
    const numbers = { l: Array.from({ length: 40_000 }, (_, index) => index) };
    expect(render('{{ .l }}', numbers)).toHaveLength(228_891);
    expect(render('{{ l }}', numbers, { dialect: 'liquid' })).toHaveLength(188_890);
    expect(render('{{ printf "%d" .l }}', numbers)).toHaveLength(228_891);
  });
});

describe('lists that hold the same list many times', () => {
  test.each([
    '{% assign x = "a" | split: "," %}{% for i in (1..22) %}{% assign x = x | push: x %}{% endfor %}{{ x | append: "" }}',
    '{% assign x = "a" | split: "," %}{% for i in (1..22) %}{% assign x = x | unshift: x %}{% endfor %}{{ x | join }}',
    '{% assign x = "a" | list: "b" %}{% for i in (1..22) %}{% assign x = x | list: x %}{% endfor %}{{ x | size }}',
    '{% assign x = "a" %}{% for i in (1..22) %}{% assign x = "k" | dict: x, "l", x %}{% endfor %}{{ x | append: "" | size }}',
  ])('cost what would be printed: %s', (source) => {
    expect(errorOf(source, {}, { dialect: 'liquid' }).message).toMatch(/steps|longer than/);
  });
});

describe('ranges of Liquid', () => {
  test.each(['(a..b)', '(9007199254740992..9007199254740993)', '(s..s)', '(1..1e300)'])(
    '%s is refused',
    (range) => {
      const data = { a: 2 ** 53, b: 2 ** 53 + 2, s: '9007199254740993' };
      const source = `{% for i in ${range === '(1..1e300)' ? '(1..s)' : range} %}{% endfor %}`;
      expect(errorOf(source, data, { dialect: 'liquid' }).message).toMatch(/a range cannot end at 9007/);
    },
  );

  test('count their items, and work as ever', () => {
    expect(errorOf('{% assign x = (1..3000000) %}', {}, { dialect: 'liquid' }).message).toMatch(/steps/);
    expect(
      render(
        '{% for i in (a..3) reversed %}{{ i }}{% endfor %}{% for i in (3..1) %}x{% endfor %}',
        { a: '1' },
        { dialect: 'liquid' },
      ),
    ).toBe('321');
  });

  test('cannot be in the expression of a filter, which data may name', () => {
    const source = '{{ l | where_exp: "x", e | size }}';
    expect(errorOf(source, { l: [1], e: '(1..2) contains x' }, { dialect: 'liquid' }).message).toMatch(
      /no range/,
    );
  });
});

test('a number of very many digits is not reckoned with', () => {
  const data = `{"n":1${'0'.repeat(2_000)}}`;
  expect(errorOf('{{ eq .n 1 }}', data).message).toMatch(/a number of 2001 digits/);
  expect(render('{{ if .n }}{{ len (toString .n) }}{{ end }}', data)).toBe('2001');
});

describe('search', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 200 });

  test('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(word, word, fc.nat(60), (before, after, length) => {
        const part = `${after}${'ab'.repeat(30)}`.slice(0, length);
        const value = `${before}${part}${after}${part}${part}`;
        expect(splitAt(value, part)).toEqual(part === '' ? [...value] : value.split(part));
        expect(includes(value, part)).toBe(true);
        expect(includes(before, part)).toBe(before.includes(part));
        const expected = [];
        for (let at = 0; part !== '' && at <= value.length; at += 1)
          if (value.startsWith(part, at)) expected.push(at);
        expect([...places(value, part)]).toEqual(expected);
      }),
    );
  });

  // JavaScript's own search compares 10^11 characters here.
  test.each([
    [
      'go',
      '{{ contains .part .t }}{{ len (splitList .part .t) }}{{ len (replace .part "" .t) }}',
      'false1500000',
    ],
    [
      'liquid',
      '{{ t | split: part | size }}{{ t | replace: part, "" | size }}{{ t | remove_last: part | size }}',
      '1500000500000',
    ],
  ] as const)('takes no longer for texts that nearly hold each other: %s', (dialect, source, printed) => {
    const data = { t: 'a'.repeat(500_000), part: `b${'a'.repeat(200_000)}` };
    expect(render(source, data, { dialect })).toBe(printed);
  });
});
