import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { starter } from '../../src/cli/starter.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const schema = configJsonSchema();
const read = z.fromJSONSchema(schema);
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

it('describes its fields and says what holds by default', () => {
  const text = JSON.stringify(schema);
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(text).toContain('"default":"30s"');
  expect(text).toContain('Five fields, six with seconds first');
});
