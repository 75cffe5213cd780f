import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { starter } from '../../src/cli/starter.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const schema = configJsonSchema();
const read = z.fromJSONSchema(schema);
const fits = new Ajv2020({ strict: false }).compile(schema);
const seed = new URL('../fixtures/seed/', import.meta.url);
const whole = readdirSync(seed).filter((name) =>
  readFileSync(new URL(name, seed), 'utf8').startsWith('agents:'),
);

it('takes every whole example of the page', () => {
  expect(whole).toHaveLength(8);
  for (const name of whole) {
    expect(read.safeParse(parse(readFileSync(new URL(name, seed), 'utf8'))).error, name).toBeUndefined();
  }
});

it('takes the starter', () => expect(read.safeParse(parse(starter)).error).toBeUndefined());

it.each([
  ['an unknown key', { agents: {}, sever: {} }],
  ['no agents', {}],
  ['text as a number', { agents: {}, server: { port: 'x' } }],
])('refuses %s', (_name, value) => expect(read.safeParse(value).success).toBe(false));

it.each([`\${PORT:-8080}`, `\${PORT:-\${OTHER:-8080}}`])('takes the reference %s for a number', (port) => {
  expect(read.safeParse({ agents: {}, server: { port } }).success).toBe(true);
});

const name = `\${A}`;
const agent = (fields: object) => ({ agents: { a: { type: 'echo', ...fields } } });
const webhook = (fields: object) => agent({ trigger: { type: 'webhook', ...fields } });
const notification = (fields: object) => agent({ notifications: [{ id: 'n', url: 'http://a/', ...fields }] });

it.each([
  ['a choice', { agents: {}, logger: { level: `\${LOG_LEVEL:-info}` } }],
  ['a choice, in part', { agents: {}, logger: { level: `\${A}\${B}` } }],
  ['a provider', { agents: {}, llms: { default: { provider: `\${PROVIDER}` } } }],
  ['the type of an agent', agent({ type: `\${T:-echo}` })],
  ['one of a list of choices', notification({ events: ['task.failed', `task.\${WHICH}`] })],
  ['a constant', webhook({ auth: `\${AUTH}` })],
  ['a choice of a webhook', webhook({ signature: `\${S}`, response: { mode: `\${M:-async}` } })],
  ['off', webhook({ dedupe: `\${D:-off}` })],
  ['off, of a breaker', notification({ breaker: `\${B:-off}` })],
  ['an id', webhook({ id: `of-\${SITE}.orders` })],
  ['the id of a notification', notification({ id: `\${N}` })],
  ['the name of a variable', agent({ env: [`\${PREFIX}_HOME`] })],
  ['the type of a trigger', agent({ trigger: { type: `\${T}`, id: 'x', input: 'y' } })],
  ['the type of a trigger of one kind', agent({ triggers: [{ type: `\${T}`, cron: '* * * * *' }] })],
])('takes a reference for %s', (_name, value) => expect(fits(value), JSON.stringify(fits.errors)).toBe(true));

it.each([
  ['another choice', { agents: {}, logger: { level: 'loud' } }],
  ['what only looks like a reference', { agents: {}, logger: { level: '$LOG_LEVEL' } }],
  ['text in place of a reference', { agents: {}, logger: { level: `\\\${LOG_LEVEL}` } }],
  ['another type of trigger', agent({ trigger: { type: 'cron' } })],
  ['a field of another type of trigger', webhook({ cron: '* * * * *' })],
  ['a wrong id', webhook({ id: 'a b' })],
  ['a key that is a reference, since keys are never replaced', { agents: { [name]: { type: 'echo' } } }],
])('refuses %s in place of one', (_name, value) => expect(fits(value)).toBe(false));

it('offers every choice to an editor', () => {
  expect(schema).toMatchObject({
    properties: {
      logger: { properties: { level: { anyOf: [{ enum: ['debug', 'info', 'warn', 'error'] }, {}] } } },
    },
  });
});

it('describes its fields and says what holds by default', () => {
  const text = JSON.stringify(schema);
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(text).toContain('"default":"30s"');
  expect(text).toContain('Five fields, six with seconds first');
});
