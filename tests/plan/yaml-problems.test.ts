import { expect, it } from 'vitest';
import { build, echo, said } from './planned.ts';

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  .concat(
    ['b', 'c', 'd', 'e', 'f', 'g'].map(
      (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[index]}`)}]`,
    ),
  )
  .concat('agents: { a: { type: echo } }')
  .join('\n');

it.each([
  ['an empty file', '', ['c.yaml:1:1: the file is empty: it needs at least one agent under "agents"']],
  [
    'only a comment',
    '# nothing\n',
    ['c.yaml:1:1: the file is empty: it needs at least one agent under "agents"'],
  ],
  ['plain text', 'hello\n', ['c.yaml:1:1: the file must be a map with the key "agents", not text']],
  ['a list', '- a\n', ['c.yaml:1:1: the file must be a map with the key "agents", not a list']],
  ['no agents', 'name: x\n', ['c.yaml:1:1: agents is required: the file names no agent']],
  ['empty agents', 'agents:\n', ['c.yaml:1:1: agents is empty: give it a value or leave it out']],
  ['a list of agents', 'agents: []\n', ['c.yaml:1:9: agents must be a map of names']],
  ['an empty map of agents', 'agents: {}\n', ['c.yaml:1:9: agents names no agent']],
  ['an empty agent', 'agents:\n  a:\n', ['c.yaml:2:3: agent "a" is empty: give it at least a type']],
  [
    'bytes',
    'agents:\n  \u0001: x\n',
    ['c.yaml:2:3: the file is no text: it holds the character U+0001 here'],
  ],
  ['a tab', 'agents:\n\ta: 1\n', ['c.yaml:2:1: YAML does not allow tabs as indentation: use spaces']],
  [
    'several documents',
    `${echo()}---\nname: x\n`,
    ['c.yaml:4:1: the file holds several YAML documents (separated by ---): a config is one'],
  ],
  [
    'an open bracket',
    'agents: [',
    [
      'c.yaml:1:10: this is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'a tag',
    'agents: !js x\n',
    ['c.yaml:1:9: YAML tags are not supported: text that begins with ! must be in quotes'],
  ],
  [
    'one key twice',
    echo('concurrency: 1', 'concurrency: 2'),
    ['c.yaml:5:5: the key "concurrency" stands twice in this map'],
  ],
  ['one agent twice', `${echo()}  a: {}\n`, ['c.yaml:4:3: the key "a" stands twice in this map']],
  [
    'a merge key',
    echo('<<: {}'),
    ['c.yaml:4:5: the key "<<" cannot be used: merge keys are YAML 1.1: write the fields out'],
  ],
  [
    'a prototype',
    echo('__proto__: {}'),
    ['c.yaml:4:5: the key "__proto__" cannot be used: choose another name'],
  ],
  ['a list as a key', 'agents:\n  ? [a]\n  : {}\n', ['c.yaml:2:5: a key must be plain text']],
  [
    'an alias to nothing',
    echo('description: *x'),
    [
      'c.yaml:4:18: the alias *x cannot be followed: no anchor of that name comes before it (text that begins with * must be in quotes)',
    ],
  ],
  [
    'a nickname without quotes',
    echo('cron: @daily'),
    ['c.yaml:4:11: text that begins with @ must be in quotes'],
  ],
  [
    'text with an asterisk after it',
    echo('description: "x" *'),
    ['c.yaml:4:22: this is no YAML: Unexpected alias at node end'],
  ],
  [
    'an alias inside its anchor',
    'agents: &x\n  a: *x\n',
    ['c.yaml:2:6: the alias *x cannot be followed: it stands inside what it repeats'],
  ],
  [
    'aliases that explode',
    bomb,
    ['c.yaml:5:29: aliases stand for more than 100000 values from here on: the file is refused'],
  ],
  [
    'a reference in a flow map',
    `agents: { a: { type: \${TYPE} } }`,
    ['c.yaml:1:23: inside { } and [ ] a reference to a variable must stand in quotes'],
  ],
])('%s', (_name, text, lines) => {
  expect(said(text)).toEqual(lines);
});

it('takes an alias for what it repeats', () => {
  const text = `${echo('retry: &r { max_attempts: 7 }')}  b:\n    type: echo\n    retry: *r\n`;
  expect(build(text).plan?.agents.get('b')?.retry.maxAttempts).toBe(7);
});

it('names the place of a problem inside an alias where it is written', () => {
  const text = `${echo('retry: &r { max_attempts: 0 }')}  b:\n    type: echo\n    retry: *r\n`;
  expect(said(text)).toEqual(['c.yaml:4:31: max_attempts must be at least 1, not 0']);
});

it.each([
  ['brackets', '['.repeat(20_000)],
  ['maps', '{a: '.repeat(20_000)],
  ['block lists', '- '.repeat(20_000)],
])('refuses endless nesting of %s', (_name, text) => {
  const { plan, diagnostics } = build(text);
  expect(plan).toBeUndefined();
  expect(diagnostics).toMatchObject([{ line: 1, message: 'values are nested deeper than 1000 levels here' }]);
});

it('refuses nesting that no schema has', () => {
  const text = echo(`output: { schema: { x: ${'['.repeat(120)}${']'.repeat(120)} } }`);
  expect(said(text)).toEqual(['c.yaml:4:124: values are nested deeper than 100 levels here']);
});

it.each([
  ['*', 11],
  ['* * * * *', 11],
  ['* 9 * * *', 11],
  ['*/5 * * * *', 15],
  ['*/5 9 * * *', 15],
])('a cron without quotes: %s', (cron, column) => {
  const message = 'text that begins with * must be in quotes';
  expect(said(echo(`cron: ${cron}`))).toEqual([`c.yaml:4:${column}: ${message}`]);
  expect(said(`x: { cron: ${cron} }\n`)).toEqual([`c.yaml:1:${column + 1}: ${message}`]);
});
