import { expect, it } from 'vitest';
import { echo, said } from './planned.ts';

const url = 'must be an absolute http:// or https:// URL';
const noLlm = 'llm "fats" is not under llms (did you mean "fast"?)';

function agent(...lines: readonly string[]): string {
  return [
    'llms: { fast: { provider: echo } }',
    'agents:',
    '  a:',
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

const webhook = (...lines: readonly string[]) =>
  echo('trigger:', '  type: webhook', '  auth: none', ...lines.map((line) => `  ${line}`));
const badServer = 'mcp_servers: { m: { url: m.example } }';

it.each([
  [
    'an empty tool',
    agent('tools: [""]', 'llm: fats', badServer),
    ['c.yaml:4:13: tools[0] is empty', `c.yaml:5:10: ${noLlm}`, `c.yaml:6:30: url ${url}, not "m.example"`],
  ],
  [
    'a wrong tool among others',
    agent('llm: fast', 'tools: ["m/*", "", wiki/x]', 'mcp_servers: { m: { url: "http://m" } }'),
    [
      'c.yaml:5:20: tools[1] is empty',
      'c.yaml:5:24: warning: "wiki/x" allows nothing: there is no "wiki" under mcp_servers',
    ],
  ],
  [
    'tools that are no list',
    agent('llm: fast', 'tools: 5', badServer),
    ['c.yaml:5:12: tools must be a list, not a number', `c.yaml:6:30: url ${url}, not "m.example"`],
  ],
  [
    'a wrong tool server',
    agent('llm: fats', 'tools: ["n/*", x]', 'mcp_servers: { m: { url: m.example }, n: { command: [5] } }'),
    [
      `c.yaml:4:10: ${noLlm}`,
      `c.yaml:6:30: url ${url}, not "m.example"`,
      'c.yaml:6:58: command[0] must be text: put it in quotes',
    ],
  ],
  [
    'a tool server with neither',
    agent('llm: fats', 'mcp_servers: { m: {} }'),
    [`c.yaml:4:10: ${noLlm}`, expect.stringMatching(/^c\.yaml:5:20: /)],
  ],
  [
    'a wrong path of a field',
    webhook('webhook_input:', '  extract_fields: [{ path: 1, as: x }]', '  template: "{{ if }}"'),
    ['c.yaml:8:34: path must be text: put it in quotes', expect.stringMatching(/^c\.yaml:9:\d+: template: /)],
  ],
  [
    'a field without a name among others',
    webhook('webhook_input: { extract_fields: [{ path: .a, as: a }, { path: .b }] }', 'when: "{{ if }}"'),
    ['c.yaml:7:62: as is required', expect.stringMatching(/^c\.yaml:8:\d+: template: /)],
  ],
  [
    'wrong addresses of both kinds',
    webhook('allow_ips: ["", 10.0.0.0/8, nowhere]', 'when: "{{ if }}"'),
    [
      'c.yaml:7:19: allow_ips[0] is empty',
      'c.yaml:7:35: allow_ips[2] must be an address or a CIDR such as 10.0.0.0/8, not "nowhere"',
      expect.stringMatching(/^c\.yaml:8:\d+: template: /),
    ],
  ],
  [
    'half of a coalesce',
    webhook('coalesce: { key: x }', 'when: "{{ if }}"'),
    ['c.yaml:7:7: window is required', expect.stringMatching(/^c\.yaml:8:\d+: template: /)],
  ],
  [
    'a secret and a method that are none',
    webhook('methods: [POST, PSOT]', 'secrets: [abcdefgh, 5]', 'when: "{{ if }}"').replace(
      'auth: none',
      'path: x',
    ),
    [
      'c.yaml:6:13: path "x" must begin with "/"',
      expect.stringContaining('c.yaml:7:23: methods[1] must be GET,'),
      'c.yaml:8:27: secrets[1] must be text: put it in quotes',
      expect.stringMatching(/^c\.yaml:9:\d+: template: /),
    ],
  ],
  [
    'a secret that the environment lacks',
    webhook(`secret: \${GONE}`, 'when: "{{ if }}"').replace('      auth: none\n', ''),
    [
      expect.stringContaining('c.yaml:6:15: the variable GONE is not set'),
      expect.stringMatching(/^c\.yaml:7:\d+: template: /),
    ],
  ],
  [
    'an empty secret of a sender',
    webhook('secret: ""', 'signature: standard', 'path: x').replace('      auth: none\n', ''),
    [
      'c.yaml:6:15: secret is empty: an empty secret would check nothing',
      'c.yaml:8:13: path "x" must begin with "/"',
    ],
  ],
  [
    'a zone beside a cron',
    echo('trigger: { type: schedule, cron: "61 * * * *", timezone: Mars/X, overlap: nope }'),
    [
      expect.stringContaining('c.yaml:4:38: cron "61 * * * *"'),
      expect.stringContaining('c.yaml:4:62: timezone "Mars/X": there is no such zone'),
      expect.stringContaining('overlap must be'),
    ],
  ],
  [
    'notifications without ids',
    echo('notifications: [{ url: "ftp://x", events: [] }, { url: "http://x", events: [x] }]'),
    [
      expect.stringContaining('id is required'),
      expect.stringContaining(`url ${url}`),
      expect.stringContaining('names no events'),
      expect.stringContaining('id is required'),
      expect.stringContaining('events[0] must be'),
    ],
  ],
  [
    'a wrong proxy beside a wrong origin',
    `server: { trust_proxy: [""], cors: { origins: [x] } }\n${echo()}`,
    [
      'c.yaml:1:25: trust_proxy[0] is empty',
      'c.yaml:1:48: origins[0] must be an origin such as "https://app.example.com", not "x"',
    ],
  ],
])('%s hides nothing else, and leads to no false word', (_name, text, lines) => {
  expect(said(text)).toEqual(lines);
});

it.each([
  [
    'the type of an agent',
    'agents:\n  a:\n    typ: echo\n',
    ['c.yaml:3:5: unknown key "typ" (did you mean "type"?)'],
  ],
  [
    'the type, with what does not belong to it',
    'agents:\n  a:\n    typ: echo\n    command: [ls]\n',
    [
      'c.yaml:3:5: unknown key "typ" (did you mean "type"?)',
      'c.yaml:4:5: command belongs to an agent of type command, and this one is echo',
    ],
  ],
  [
    'a secret',
    webhook('secert: abcdefgh').replace('      auth: none\n', ''),
    ['c.yaml:6:7: unknown key "secert" (did you mean "secret"?)'],
  ],
  ['an llm', agent('lml: fats'), ['c.yaml:4:5: unknown key "lml" (did you mean "llm"?)']],
  [
    'tools',
    agent('llm: fast', 'tolls: ["m/*"]', 'mcp_servers: { m: { url: "http://m" } }'),
    ['c.yaml:5:5: unknown key "tolls" (did you mean "tools"?)'],
  ],
  [
    'the events of a notification',
    echo('notifications: [{ id: n, url: "http://n", evnets: [task.failed] }]'),
    ['c.yaml:4:47: unknown key "evnets" (did you mean "events"?)'],
  ],
  [
    'what is given too',
    agent('type: echo', 'typ: command'),
    ['c.yaml:5:5: unknown key "typ" (did you mean "type"?)'],
  ],
])('what follows from a misspelt field is not said: %s', (_name, text, lines) => {
  expect(said(text)).toEqual(lines);
});
