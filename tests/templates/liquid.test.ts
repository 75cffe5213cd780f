import { describe, expect, test } from 'vitest';
import { headerData, TimeValue } from '../../src/templates/data.ts';
import { errorOf, type Options, render } from './support.ts';

const liquid: Options = { dialect: 'liquid' };
const data =
  '{"body":{"2":"z","1":"y","price":1.50,"big":9007199254740993,"list":[3,1,2],"nil":null,"items":[{"sku":"A","n":1},{"sku":"B","n":2}]}}';

describe('Liquid over JSON data', () => {
  test.each([
    ['{{ body.price }} {{ body.big }}', '1.50 9007199254740993'],
    ['{% if body.price > 1 and body.price == 1.5 %}yes{% endif %}', 'yes'],
    ['{{ body.price | plus: 1 }}', '2.5'],
    ['{{ body.list | sort | join: "," }}', '1,2,3'],
    ['{{ body.items[1].sku }}{{ body.items.first.sku }}{{ body.items.size }}', 'BA2'],
    ['{{ body.items | map: "sku" | join: "+" }}', 'A+B'],
    ['{{ body.items | where: "sku", "B" | json }}', '[{"sku":"B","n":2}]'],
    ['{% for pair in body limit: 2 %}{{ pair[0] }}={{ pair[1] }};{% endfor %}', '2=z;1=y;'],
    ['[{{ body.nil }}{{ body.none.deeper }}]', '[]'],
    ['[{{ nil }}{{ null }}{{ empty }}{{ blank }}{% echo nil %}]', '[]'],
    ['[{{ body.none | default: nil }}{{ body.list | push: nil }}]', '[312]'],
    ['{{ nil | json }} {{ empty | toJson }} {{ body.list | push: nil | json }}', 'null "" [3,1,2,null]'],
    ['{{ nil | coalesce: empty, "c" }} {{ empty | eq: "" }}', 'c true'],
    ['{{ body.items }}', '{"sku":"A","n":1}{"sku":"B","n":2}'],
    ['{% increment n %}{% increment n %}{% decrement m %}', '01-1'],
    ['{% for i in (1..3) %}{% cycle "a", "b" %}{% if i == 2 %}{% break %}{% endif %}{% endfor %}', 'ab'],
    [
      '{% for i in (1..2) %}{% case 1 %}{% when 1 %}a{% break %}{% when i %}b{% else %}c{% endcase %}d{% endfor %}',
      'a',
    ],
    ['a {% raw %}{{ x }}{% endraw %} b', 'a {{ x }} b'],
    ['{{ "now" | date: "%Y-%m-%d %H:%M" }} {{ now }}', '2026-01-02 03:04 2026-01-02T03:04:05Z'],
  ])('%s', (source, printed) => {
    expect(render(source, data, liquid)).toBe(printed);
  });

  test('times, and headers in any case', () => {
    const given = { at: new TimeValue(1_735_156_800_000), headers: headerData([['X-GitHub-Event', 'push']]) };
    expect(render('{{ at }} {{ at | date: "%d.%m.%Y" }}', given, liquid)).toBe(
      '2024-12-25T20:00:00Z 25.12.2024',
    );
    expect(render('{{ headers.x-github-event }}{{ headers["X-GITHUB-EVENT"] }}', given, liquid)).toBe(
      'pushpush',
    );
  });
});

describe('numbers keep their digits', () => {
  const numbers =
    '{"id":175928847299117063,"other":175928847299117064,"same":175928847299117063,"price":1.10,"at":1.7e9,"i":1.0,"ids":[{"id":175928847299117063},{"id":175928847299117064},{"id":175928847299117063}],"list":[175928847299117064,175928847299117063,1.10,1.10]}';

  test.each([
    [
      '{{ id | append: "/edit" }} {{ "a/" | append: id }} {{ id | prepend: "a/" }}',
      '175928847299117063/edit a/175928847299117063 a/175928847299117063',
    ],
    ['{{ id | default: "x" }} {{ none | default: id }}', '175928847299117063 175928847299117063'],
    [
      '{{ id | replace: "175", "9" }} {{ id | strip }} {{ id | url_encode }}',
      '9928847299117063 175928847299117063 175928847299117063',
    ],
    [
      '{{ id | escape }} {{ id | split: "9" | last }} {{ id | slice: -3, 3 }} {{ id | truncate: 30 }}',
      '175928847299117063 117063 063 175928847299117063',
    ],
    [
      '{{ price | append: "" }} {{ list | join: "," }} {{ 1.10 | append: "" }} {{ 175928847299117063 }}',
      '1.10 175928847299117064,175928847299117063,1.10,1.10 1.10 175928847299117063',
    ],
    [
      '{% if id == other %}same{% endif %}{% if id == same %}equal{% endif %}{% if id != other %}different{% endif %}',
      'equaldifferent',
    ],
    [
      '{% if id < other %}less{% endif %}{% if other >= id %}more{% endif %}{% if id > other %}no{% endif %}',
      'lessmore',
    ],
    ['{% if id == 175928847299117063 %}yes{% endif %}{% if id == 175928847299117064 %}no{% endif %}', 'yes'],
    [
      '{% if price == 1.1 and price > 1 and 2 > price and price <= "1.1" %}yes{% endif %}{% if price == "1.10" %}no{% endif %}',
      'yes',
    ],
    ['{% case id %}{% when other %}other{% when same %}same{% endcase %}', 'same'],
    ['{{ ids | where: "id", other | size }}{{ ids | where: "id", id | size }}', '12'],
    [
      '{% if list contains id %}yes{% endif %}{{ list | uniq | size }}{{ ids | group_by: "id" | size }}',
      'yes32',
    ],
    [
      '{{ ids | group_by: "id" | json }}',
      '[{"name":175928847299117063,"items":[{"id":175928847299117063},{"id":175928847299117063}]},{"name":175928847299117064,"items":[{"id":175928847299117064}]}]',
    ],
    [
      '{{ price | plus: 1 }} {{ price | round }} {{ at | date: "%Y" }} {{ list[i] }}{{ price | times: 2.50 }}',
      '2.1 1 2023 1759288472991170632.75',
    ],
    [
      '[{{ price.size }}{{ price.equals }}{{ price.exact }}{{ price.toJSON }}]{% for x in price %}x{% endfor %}',
      '[]',
    ],
  ])('%s', (source, printed) => {
    expect(render(source, numbers, liquid)).toBe(printed);
  });
});

describe('the functions of the Go dialect are filters', () => {
  test.each([
    ['{{ body | toJson }}', data.slice('{"body":'.length, -1)],
    ['{{ body.list | toJsonPretty }}', '[\n  3,\n  1,\n  2\n]'],
    ['{{ "abcdef" | trunc: 3 | upper | quote }}', '"ABC"'],
    ['{{ body.none | upper }}{{ 12345 | trunc: 2 }}', '12'],
    ['{{ "v1.2" | trimPrefix: "v" }}', '1.2'],
    ['{{ 10 | sub: 3 }} {{ 7 | div: 2 }} {{ 7 | mod: 4 }}', '7 3 3'],
    ['{{ body.list | index: 0 }} {{ body | get: "price" }} {{ body | hasKey: "none" }}', '3 1.50 false'],
    ['{{ "a,b" | splitList: "," | last }}', 'b'],
    ['{{ 5 | printf: "%03d" }}', '005'],
    ['{{ true | ternary: "yes", "no" }}', 'yes'],
    ['{{ body.nil | coalesce: body.none, "c" }}', 'c'],
    ['{{ "hi" | sha256sum | trunc: 8 }} {{ "hi" | b64enc | b64dec }}', '8f434346 hi'],
    ['{{ \'{"a":1.50}\' | fromJson | get: "a" }}', '1.50'],
    ['{{ "x" | list: "y" | join: "-" }}', 'x-y'],
    ['{{ 2 | lt: 3 }}', 'true'],
  ])('%s', (source, printed) => {
    expect(render(source, data, liquid)).toBe(printed);
  });
});

describe('nothing of the host is reachable', () => {
  test.each([
    '{{ body.constructor }}{{ body.__proto__ }}{{ body.toString }}{{ body.hasOwnProperty }}',
    '{{ body.price.constructor }}{{ body.price.exact }}{{ body.price.__proto__ }}{{ body.price.valueOf }}',
    '{{ body.list.constructor }}{{ body.list.map }}{{ body.list.__proto__ }}',
    '{{ "x".constructor }}{{ body.items.first.constructor.name }}',
    '{{ constructor }}{{ __proto__ }}{{ toString }}{{ process }}{{ globalThis }}',
    '{{ fn }}{{ getter }}{{ body["__proto__"]["constructor"] }}{{ body | map: "constructor" }}',
  ])('%s', (source) => {
    const given = {
      body: new Map<string, unknown>([
        ['price', 1.5],
        ['list', [1]],
        ['items', [{ a: 1 }]],
      ]),
      fn: () => 'host',
      get getter() {
        return 'host';
      },
    };
    expect(render(source, given, liquid)).toBe('');
  });

  test.each(['include', 'render', 'layout'])('there is no {%% %s %%}', (tag) => {
    expect(errorOf(`{% ${tag} "package.json" %}`, {}, liquid).message).toBe(`tag "${tag}" not found`);
  });

  test('data cannot name a file', () => {
    expect(errorOf('{% include body.file %}', '{"body":{"file":"/etc/passwd"}}', liquid).message).toMatch(
      /not found/,
    );
  });
});

describe('errors have their place', () => {
  test.each([
    ['a\n  {% if x %}', 2, 3],
    ['a\n{{ x | nope: 1 }}', 2, 1],
    ['{{ x }}\n {{ 1 | div: 0 }}', 2, 2],
    ['{% nope %}', 1, 1],
    ['{{ x | b64dec }}', 1, 1],
    ['{% endif %}', 1, 1],
  ])('%j', (source, line, column) => {
    const error = errorOf(source, { x: '?' }, liquid);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.message).not.toMatch(/line:/);
  });
});
