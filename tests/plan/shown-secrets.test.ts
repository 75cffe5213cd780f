import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/config/diagnostics.ts';
import { excerpt } from '../../src/config/excerpt.ts';
import { build, echo } from './planned.ts';

/** Everything that `validate` prints of a config on a terminal. */
function printed(text: string, environment: Record<string, string>): string {
  return build(text, { environment })
    .diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n${excerpt(text, diagnostic)}`)
    .join('');
}

const webhook = (...lines: readonly string[]) =>
  echo('trigger:', '  type: webhook', ...lines.map((line) => `  ${line}`));
const notification = (...lines: readonly string[]) =>
  echo('notifications:', '  - id: n', ...lines.map((line) => `    ${line}`));
const llms = (...lines: readonly string[]) =>
  `${echo()}llms:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const auth = (...lines: readonly string[]) =>
  `${echo()}server:\n  auth:\n${lines.map((line) => `    ${line}\n`).join('')}`;
const server = (url: string) =>
  `llms: { default: { provider: echo } }\nagents:\n  a:\n    tools: ["*"]\n    mcp_servers:\n      m: ${url}\n`;

const url = 'url: https://example.com';

describe('a secret is shown in no message and no excerpt', () => {
  it.each([
    ...['secret', 'signature_header: X-A\n      secret'].flatMap((field): [string, string][] => [
      ['a number', webhook(`${field}: 48151623`)],
      ['a map', webhook(`${field}: { hunter2: x }`)],
      ['a map below', webhook(`${field}:`, '  hunter2: x')],
      ['a list', webhook(`${field}: [hunter2]`)],
      ['a list below', webhook(`${field}:`, '  - hunter2')],
      ['a tag', webhook(`${field}: !hunter2`)],
      ['a tag and text', webhook(`${field}: !hunter2 more`)],
      ['a tag in brackets', webhook(`${field}: !<hunter2> x`)],
      ['a tag with a handle', webhook(`${field}: !hunter2!x y`)],
      ['an alias', webhook(`${field}: *hunter2`)],
      ['an anchor', webhook(`${field}: &hunter2`)],
      ['a block header', webhook(`${field}: |hunter2`)],
      ['a block that is no reference', webhook(`${field}: |`, `  a\${hunter2.x}`)],
      ['a reserved character', webhook(`${field}: "@" hunter2`, `x: @hunter2`)],
      ['an escape', webhook(`${field}: "hunter2\\q"`)],
      ['an open quote', webhook(`${field}: "hunter2`)],
      ['text behind quotes', webhook(`${field}: 'a' hunter2`)],
      ['a colon', webhook(`${field}: hunter2: x`)],
      ['no colon', webhook(`${field.replace('secret', 'secret hunter2')}`)],
      ['no space', webhook(`${field}:hunter2`)],
      ['the line below', webhook(`${field}:`, 'hunter2')],
      ['one place too far', webhook(`${field}: abcdefgh`, '  hunter2: x')],
      ['no reference', webhook(`${field}: "a\${hunter2.x}"`)],
      ['an open reference', webhook(`${field}: "\${A:-hunter2"`)],
      ['a blank beside one', webhook(`${field}: ""`, 'secrets: [hunter2, ""]')],
      ['one that stands twice', webhook(`${field}: abcdefgh`, `secret: hunter2`)],
      ['a default in a list', webhook(`${field}: ["\${A:-hunter2}"]`)],
      ['the same line', echo(`trigger: { type: webhok, ${field.replace(/\n\s+/, ', ')}: hunter2 }`)],
      ['a misspelt name', webhook(`${field.replace(/secret$/, 'secert')}: hunter2`)],
    ]),
    ['text as secrets', webhook('secrets: hunter2')],
    ['text as secrets, by a default', webhook(`secrets: \${A:-hunter2}`)],
    ['text as secrets, by a variable', webhook(`secrets: \${B}`)],
    ['a map as secrets', webhook('secrets: { hunter2: x }')],
    ['a map among secrets', webhook('secrets: [{ hunter2: x }]')],
    ['a key among secrets', webhook('secrets:', '  - hunter2: x')],
    ['a long list', webhook('secrets: [', '  hunter2,', '  1,', ']')],
    ['keys twice in secrets', webhook('secrets: { hunter2: a, hunter2: b }')],
    ['words before the name', webhook('my secret: hunter2', 'x-api-key: hunter2')],
    ['a name like secret', webhook('token: hunter2', 'secrt: hunter2', 'password: hunter2')],
    ['a scheme', webhook('auth: hunter2')],
    ['text as signing secrets', notification(url, 'signing_secrets: hunter2')],
    ['a signing secret that is none', notification(url, 'signing_secret: hunter2')],
    ['text as headers', notification(url, 'headers: "Authorization: Bearer hunter2"')],
    ['a list of headers', notification(url, 'headers: ["Authorization: Bearer hunter2"]')],
    ['a list of headers below', notification(url, 'headers:', '  - X-Key: hunter2')],
    ['a header as key', notification(url, 'headers: { "Authorization: Bearer hunter2": }')],
    ['a header twice', notification(url, 'headers: { "a hunter2": a, "a hunter2": b }')],
    ['a number as header', notification(url, 'headers: { X-Key: 48151623 }')],
    ['a list as header', notification(url, 'headers: { hunter2: [hunter2] }')],
    ['a header of two lines', notification(url, 'headers:', '  X-Key: "hunter2\\n"')],
    ['a URL without a scheme', notification('url: me:hunter2@example.com')],
    ['a URL of a chat without a scheme', notification('url: example.com/services/hunter2')],
    ['a URL with a wrong port', notification('url: https://me:hunter2@example.com:port/')],
    ['a URL of another scheme', notification('url: ftp://me:hunter2@example.com/')],
    ['a scheme as URL', notification('url: hunter2:x')],
    ['a URL without events', notification('url: https://me:hunter2@example.com/')],
    ['a URL in one line', echo('notifications: [{ url: "https://me:hunter2@example.com/" }]')],
    ['text as notifications', echo('notifications: https://me:hunter2@example.com/')],
    ['text as a notification', echo('notifications: [https://me:hunter2@example.com/]')],
    ['text as a trigger', echo('trigger: hunter2')],
    ['text as breaker', notification(url, 'breaker: hunter2')],
    ['text as llms', `${echo()}llms: hunter2\n`],
    ['text as an llm', llms('default: hunter2')],
    ['text as an llm, in one line', `${echo()}llms: { default: hunter2 }\n`],
    ['text as an llm with the name of a field', llms('mode: hunter2', 'type: hunter2')],
    ['a number as key', llms('m: { provider: openai, api_key: 48151623 }')],
    ['a map as key', llms('m: { provider: openai, api_key: { hunter2: 1 } }')],
    ['a misspelt key', llms('m: { provider: openai, apikey: hunter2 }')],
    ['a key before what is wrong', llms('m: { api_key: hunter2, provider: opnai }')],
    ['text as API keys', auth('api_keys: hunter2')],
    ['a number among API keys', auth('api_keys: [48151623]')],
    ['an unknown key of an API key', auth('api_keys: [{ hunter2: x }]')],
    ['an unknown key of an API key, below', auth('api_keys:', '  - hunter2: x')],
    ['a misspelt key of an API key', auth('api_keys: [{ kye: hunter2 }]')],
    ['a short API key', auth('api_keys: [hunter2]')],
    ['a short API key with a name', auth('api_keys:', '  - name: ci', '    key: hunter2')],
    ['a wrong scope beside a key', auth('api_keys: [{ key: hunter2, scopes: [wirte] }]')],
    ['text as auth', `${echo()}server: { auth: hunter2 }\n`],
    ['text as tool server', server('https://me:hunter2@example.com/')],
    ['a tool server with headers in a line', server('{ url: x, headers: "A: hunter2" }')],
    ['a map as env', echo('env: { API_TOKEN: hunter2 }')],
    ['a list of assignments as env', echo('env: [API_TOKEN=hunter2]')],
    ['a list of assignments as env, below', echo('env:', '  - API_TOKEN=hunter2')],
    ['a variable as a number', echo(`concurrency: \${B}`)],
    ['a variable as a duration', echo(`timeout: \${B}`)],
    ['a variable as a type', webhook().replace('webhook', `\${B}`)],
    ['a variable inside a union', notification(url, `breaker: { failures: "\${B}" }`)],
    ['a variable as a rate', webhook(`rate_limit: \${B}`)],
  ])('%s', (_name, text) => {
    const shown = printed(text, { B: 'hunter2' });
    expect(shown).not.toBe('');
    expect(shown).not.toMatch(/hunter2|48151623/);
  });
});

it.each([
  ['a misspelt key', 'typ: echo', 5, 'typ: echo'],
  ['a value', 'concurrency: many', 18, 'concurrency: many'],
  ['a list', 'methods: [GET, PSOT]', 20, 'methods: [GET, PSOT]'],
  ['quoted text', `cron: "61 * * * *"`, 11, `cron: "61 * * * *"`],
  ['a map', 'trigger: { type: schedule, cron: "x: y" }', 5, 'trigger: { type: schedule, cron: "x: y" }'],
  [
    'what comes before a secret',
    'trigger: { type: x, secret: y }',
    22,
    'trigger: { type: x, secret: [redacted]',
  ],
  ['a host', 'url: localhost:80', 10, 'url: localhost:80'],
  ['no path', 'url: https://example.com/x', 10, 'url: https://example.com[redacted]'],
  [
    'a reference',
    `trigger: { secret: "\${A}", secrets: [x] }`,
    22,
    `trigger: { secret: "\${A}", secrets: [redacted]`,
  ],
  ['no default', `secret: \${A:-b}`, 12, 'secret: [redacted]'],
  ['no comment', 'timeout: 5 # five', 5, 'timeout: 5 [redacted]'],
])('an excerpt shows %s', (_name, line, column, shown) => {
  const place = { line: 3, column };
  expect(excerpt(`agents:\n  a:\n    ${line}\n`, place).split('\n')[0]).toBe(`  3 |     ${shown}`);
});

it('an excerpt shows the text of a template', () => {
  const text = notification(url, 'payload:', '  template: |', '    { "text": "{{ if }}" }');
  expect(excerpt(text, { line: 9, column: 24 })).toContain('{ "text": "{{ if }}" }');
});

it('an excerpt points at what is hidden', () => {
  expect(excerpt('secret: hunter2\n', { line: 1, column: 12 })).toBe(
    '  1 | secret: [redacted]\n    |         ^\n',
  );
});
