import { expect, it } from 'vitest';
import { agentOf, echo, planned, said } from './planned.ts';

const noModel =
  'a model, and none was found: set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY, start Ollama, or configure llms.default';

it.each([
  [
    'a wrong key at the top',
    `agnets: {}\n${echo()}`,
    ['c.yaml:1:1: unknown key "agnets" (did you mean "agents"?)'],
  ],
  ['a key like nothing', `xyzzy: 1\n${echo()}`, ['c.yaml:1:1: unknown key "xyzzy"']],
  [
    'a wrong key of an agent',
    echo('concurency: 1'),
    ['c.yaml:4:5: unknown key "concurency" (did you mean "concurrency"?)'],
  ],
  [
    'several wrong keys',
    echo('tmeout: 1s', 'budget: { max_step: 1 }'),
    [
      'c.yaml:4:5: unknown key "tmeout" (did you mean "timeout"?)',
      'c.yaml:5:15: unknown key "max_step" (did you mean "max_steps"?)',
    ],
  ],
  [
    'a wrong name',
    'agents:\n  "a b": { type: echo }\n',
    [
      'c.yaml:2:3: the agent\'s name "a b" must be letters, digits, ".", "_" and "-", and begin with a letter or a digit',
    ],
  ],
  [
    'a wrong type',
    'agents:\n  a: { type: ehco }\n',
    ['c.yaml:2:14: type must be llm, command or echo, not "ehco" (did you mean "echo"?)'],
  ],
  ...['remote', 'sequential', 'parallel', 'loop'].map((type): [string, string, string[]] => [
    `the reserved type ${type}`,
    `agents:\n  a: { type: ${type} }\n`,
    [
      `c.yaml:2:14: type: Callboard does not run agents of type "${type}" (it is reserved): use llm, command or echo`,
    ],
  ]),
  [
    'a duration without unit',
    echo('timeout: 30'),
    ['c.yaml:4:14: timeout: a duration needs a unit: "30s" or "30m"'],
  ],
  [
    'a wrong duration',
    echo('timeout: 30 sec'),
    ['c.yaml:4:14: timeout: write a duration as "500ms", "30s", "1m30s", "24h" or "7d", not "30 sec"'],
  ],
  ['no duration', echo('timeout: 0s'), ['c.yaml:4:14: timeout must be longer than 0']],
  ['a fraction', echo('concurrency: 1.5'), ['c.yaml:4:18: concurrency must be a whole number, not 1.5']],
  [
    'text for a number',
    echo('concurrency: many'),
    ['c.yaml:4:18: concurrency must be a whole number, not "many"'],
  ],
  ['a number for text', echo('description: 5'), ['c.yaml:4:18: description must be text: put it in quotes']],
  [
    'nothing for text',
    echo('description:'),
    ['c.yaml:4:5: description is empty: give it a value or leave it out'],
  ],
  ['text for a map', echo('budget: 5'), ['c.yaml:4:13: budget must be a map, not a number']],
  [
    'an item of a wrong type',
    echo('tools: [a, 2]'),
    [
      'c.yaml:4:5: warning: tools is for an agent of type llm, and does nothing for one of type echo',
      'c.yaml:4:16: tools[1] must be text: put it in quotes',
    ],
  ],
  [
    'a list as trigger',
    echo('trigger: []'),
    ['c.yaml:4:5: trigger is one trigger: a list of them goes under "triggers"'],
  ],
  ['a map as triggers', echo('triggers: {}'), ['c.yaml:4:15: triggers must be a list']],
  [
    'a command without a program',
    'agents:\n  a: { type: command }\n',
    ['c.yaml:2:3: an agent of type command needs command: [program, argument, ...]'],
  ],
  [
    'a command of another type',
    echo('command: [ls]'),
    ['c.yaml:4:5: command belongs to an agent of type command, and this one is echo'],
  ],
  [
    'a program from a template',
    'agents:\n  a: { type: command, command: ["{{ .input }}"] }\n',
    ['c.yaml:2:33: the program of a command must be a plain name or path, not empty or a template'],
  ],
  [
    'a wrong template in an argument',
    'agents:\n  a: { type: command, command: [echo, "{{ end }}"] }\n',
    [expect.stringMatching(/^c\.yaml:2:4\d: template: /)],
  ],
  [
    'a variable that a command lists and nobody set',
    'agents:\n  a: { type: command, command: [ls], env: [GONE] }\n',
    ['c.yaml:2:44: warning: the variable GONE is not set: the program will not see it'],
  ],
  ['no model', 'agents:\n  a: { instruction: x }\n', [`c.yaml:2:3: warning: agent "a" needs ${noModel}`]],
  [
    'no model for several',
    'agents:\n  a: {}\n  b: {}\n',
    [`c.yaml:2:3: warning: agent "a" and 1 more need ${noModel}`],
  ],
  [
    'an unknown model',
    'agents:\n  a: { llm: fats }\nllms:\n  fast: { provider: echo }\n',
    ['c.yaml:2:13: llm "fats" is not under llms (did you mean "fast"?)'],
  ],
  [
    'an unknown default model',
    'agents:\n  a: {}\nllms:\n  fast: { provider: echo }\ndefaults:\n  llm: fats\n',
    ['c.yaml:6:8: llm "fats" is not under llms (did you mean "fast"?)'],
  ],
  [
    'a model without a key',
    `${echo()}llms:\n  m:\n    provider: gemini\n`,
    ['c.yaml:6:15: llm "m" has no key: set GEMINI_API_KEY or GOOGLE_API_KEY, or give it an api_key'],
  ],
  [
    'an empty key',
    `${echo()}llms: { m: { provider: openai, api_key: "" } }\n`,
    ['c.yaml:4:41: api_key is empty: an empty secret would check nothing'],
  ],
  [
    'a compatible provider without an address',
    `${echo()}llms:\n  m: { provider: openai_compatible, model: x }\n`,
    ['c.yaml:5:3: llm "m" needs base_url: an openai_compatible provider has no default'],
  ],
  [
    'both instructions',
    'agents:\n  a: { llm: m, instruction: x, instruction_file: y }\nllms: { m: { provider: echo } }\n',
    ['c.yaml:2:32: instruction and instruction_file are both given: leave one out'],
  ],
  [
    'an instruction that cannot be read',
    'agents:\n  a: { llm: m, instruction_file: gone.md }\nllms: { m: { provider: echo } }\n',
    ['c.yaml:2:34: instruction_file "gone.md" cannot be read: no such file: /config/gone.md'],
  ],
  [
    'what only the wider format runs',
    `vector_stores: {}\n${echo('reasoning: {}', 'sub_agents: [b]')}`,
    [
      'c.yaml:1:1: warning: "vector_stores" belongs to the wider format and is not run by Callboard',
      'c.yaml:5:5: warning: "reasoning" belongs to the wider format and is not run by Callboard',
      'c.yaml:6:5: warning: "sub_agents" belongs to the wider format and is not run by Callboard',
    ],
  ],
  [
    'a missing variable',
    echo(`description: "of \${GONE} and \${ALSO_GONE}"`),
    [
      `c.yaml:4:22: the variable GONE is not set, and \${GONE} has no default: set it, put it into .env, or write \${GONE:-default}`,
      `c.yaml:4:34: the variable ALSO_GONE is not set, and \${ALSO_GONE} has no default: set it, put it into .env, or write \${ALSO_GONE:-default}`,
    ],
  ],
  [
    'a budget of money for a model of unknown price',
    'llms: { x: { provider: openai_compatible, model: own, base_url: "http://127.0.0.1:1/v1" } }\nagents:\n  a:\n    llm: x\n    budget: { max_cost_usd: 1 }\n',
    [
      'c.yaml:5:15: max_cost_usd cannot be kept: the price of openai_compatible model "own" (llm "x") is not known; give the llm a price: {input, output}, in US dollars for a million tokens',
    ],
  ],
  [
    'a budget of money for a model of known price',
    'llms: { x: { provider: openai, model: gpt-4o, api_key: k }, y: { provider: openai_compatible, model: own, base_url: "http://127.0.0.1:1/v1", price: { input: 1, output: 2 } } }\nagents:\n  a: { llm: x, budget: { max_cost_usd: 1 } }\n  b: { llm: y, budget: { max_cost_usd: 1 } }\n',
    [],
  ],
  [
    'tools that no server has, and a server without tools',
    'llms: { default: { provider: echo } }\nagents:\n  a:\n    mcp_servers: { tracker: { command: [x] } }\n    tools: [tracker/*, trakcer/search, "tr?cker/find", comment]\n    tools_on_webhook: [wiki/read]\n  b: { tools: ["*"] }\n  c:\n    mcp_servers: { tracker: { command: [x] } }\n',
    [
      'c.yaml:5:24: warning: "trakcer/search" allows nothing: there is no "trakcer" under mcp_servers (did you mean "tracker"?)',
      'c.yaml:6:24: warning: "wiki/read" allows nothing: there is no "wiki" under mcp_servers',
      'c.yaml:7:16: warning: "*" allows nothing: there are no mcp_servers',
      'c.yaml:9:5: warning: no tool of mcp_servers may be used: none is allowed that tools does not list',
    ],
  ],
  [
    'fields of a model without one',
    echo('instruction: Be brief.', 'tools: [a]', 'output: { schema: {} }'),
    [
      'c.yaml:4:5: warning: instruction is for an agent of type llm, and does nothing for one of type echo',
      'c.yaml:5:5: warning: tools is for an agent of type llm, and does nothing for one of type echo',
      'c.yaml:6:5: warning: output is for an agent of type llm, and does nothing for one of type echo',
    ],
  ],
  [
    'a budget of tokens without a model',
    echo('budget: { max_tokens: 5, tasks_per_hour: 2 }'),
    [
      'c.yaml:4:15: warning: max_tokens limits what a model uses, and an agent of type echo has none: only tasks_per_hour counts here',
    ],
  ],
  [
    'a variable of a wrong type',
    echo(`concurrency: \${N:-many}`),
    [`c.yaml:4:18: concurrency must be a whole number, not \${N:-many}`],
  ],
])('%s', (_name, text, lines) => {
  expect(said(text)).toEqual(lines);
});

it('says everything at once, in the order of the file', () => {
  const text = echo('timeout: 5', 'trigger: { type: schedule, cron: x }', 'colour: red');
  expect(said(text).map((line) => line.split(':')[1])).toEqual(['4', '5', '6']);
});

it('gives what is wholly one variable the type of its field', () => {
  const text = echo(
    `concurrency: \${N}`,
    `description: \${N}`,
    `trigger: { type: webhook, enabled: "\${ON:-false}" }`,
  );
  const agent = agentOf(planned(text, { environment: { N: '12' } }));
  expect(agent).toMatchObject({ concurrency: 12, description: '12' });
  expect(agent.triggers[0]?.enabled).toBe(false);
});

it.each([
  ['True', '.5', '1e1', true, 0.5, 10],
  ['TRUE', '1e-1', '+7', true, 0.1, 7],
  ['False', '1.', '0x1F', false, 1, 31],
  ['false', '0.25', '0o17', false, 0.25, 15],
])(
  'takes %s, %s and %s from variables as YAML takes them',
  (flag, number, whole, on, temperature, tokens) => {
    const text = [
      'llms:',
      `  default: { provider: echo, temperature: "\${NUMBER}", max_tokens: "\${WHOLE}" }`,
      echo(`trigger: { type: webhook, auth: none, enabled: "\${FLAG}" }`),
    ].join('\n');
    const plan = planned(text, { environment: { FLAG: flag, NUMBER: number, WHOLE: whole } });
    expect(plan.llms.get('default')).toMatchObject({ temperature, maxTokens: tokens });
    expect(agentOf(plan).triggers[0]?.enabled).toBe(on);
  },
);

it.each(['yes', 'on', '1', '"true"', ' true'])('takes no %s from a variable as true', (value) => {
  const text = echo(`trigger: { type: webhook, auth: none, enabled: "\${FLAG}" }`);
  expect(said(text, { environment: { FLAG: value } })).toEqual([
    `c.yaml:4:52: enabled must be true or false, not \${FLAG}`,
  ]);
});

it.each(['', '1,5', '1_0', '.inf', '.nan', '5 ', '--1'])(
  'takes no %j from a variable as a number',
  (value) => {
    const text = `llms: { m: { provider: echo, temperature: "\${NUMBER}" } }\n${echo()}`;
    expect(said(text, { environment: { NUMBER: value } })).toEqual([
      expect.stringMatching(/^c\.yaml:1:43: temperature must be .*, not \$\{NUMBER\}$/),
    ]);
  },
);

it('takes the default of a default, with the type of the field', () => {
  const text = echo(`concurrency: \${N:-\${M:-5}}`, `description: \${N:-\${M}}`);
  expect(agentOf(planned(text, { environment: { M: '7' } }))).toMatchObject({
    concurrency: 7,
    description: '7',
  });
  expect(said(text)).toEqual([expect.stringMatching(/^c\.yaml:5:23: the variable M is not set/)]);
});

it('checks each agent by what it says itself, though another one has the same value of a variable', () => {
  const text = [
    'agents:',
    `  a: { type: echo, concurrency: "\${N}" }`,
    '  b: { type: echo, concurrency: "12" }',
    '  c: { type: echo, concurrency: "12" }',
    '  d: { type: echo, concurrency: 12 }',
    '  e: { type: echo, concurrency: 12 }',
  ].join('\n');
  expect(said(text, { environment: { N: '12' } })).toEqual([
    'c.yaml:3:33: concurrency must be a whole number, not "12"',
    'c.yaml:4:33: concurrency must be a whole number, not "12"',
  ]);
});

it('takes a variable that is escaped as text, in every style', () => {
  const text = echo(
    `description: \\\${A}`,
    `env: ["A"]`,
    'cwd: >-',
    `  \\\${A}`,
    `output: { schema: { t: "\\\${A} '\\\${A}'" } }`,
  );
  expect(agentOf(planned(text, { environment: { A: 'no' } })).description).toBe(`\${A}`);
});

it.each(['1.10', '007', '1e3', '0x1F', '1_0', 'True'])('names an agent %s as it is written', (name) => {
  const text = `agents:\n  ${name}:\n    type: echo\n    trigger: { type: webhook, auth: none }\n`;
  const plan = planned(text);
  expect([...plan.agents.keys()]).toEqual([name]);
  expect(agentOf(plan, name).triggers).toMatchObject([{ path: `/webhooks/${name}` }]);
  expect(said(`${text}    timeout: 5\n`)).toEqual([expect.stringMatching(/^c\.yaml:5:14: timeout: /)]);
});

it('tells names apart that are one number', () => {
  const text = 'agents:\n  1.10: { type: echo }\n  1.1: { type: echo }\n  "1.100": { type: echo }\n';
  expect([...planned(text).agents.keys()]).toEqual(['1.10', '1.1', '1.100']);
  expect(said(`${text}  "1.10": { type: echo }\n`)).toEqual([
    'c.yaml:5:3: the key "1.10" stands twice in this map',
  ]);
});
