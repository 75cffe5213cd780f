import { z } from 'zod';
import { configSchema } from './schema/config.ts';
import { isSecretName } from './secret-fields.ts';

/** `key` is an API key here and a template there; a list of variables may have their values in it. */
const ambiguous: ReadonlySet<string> = new Set(['key', 'env']);

let known: { readonly open: ReadonlySet<string>; readonly all: ReadonlySet<string> } | undefined;

/**
 * The fields of a config that hold text, numbers or lists of them, and never a secret; and all fields. A name that
 * also means a map somewhere is not open.
 */
export function fieldNames() {
  if (known !== undefined) return known;
  const plain = new Map<string, boolean>();
  collect(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }), plain);
  const open = [...plain].filter(([name, isPlain]) => isPlain && !ambiguous.has(name) && !isSecretName(name));
  known = { open: new Set(open.map(([name]) => name)), all: new Set(plain.keys()) };
  return known;
}

type Schema = z.core.JSONSchema._JSONSchema;

function collect(schema: Schema, plain: Map<string, boolean>): void {
  if (typeof schema === 'boolean') return;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (typeof field === 'object' && field.deprecated === true) continue;
    plain.set(name, (plain.get(name) ?? true) && isPlain(field));
  }
  for (const part of partsOf(schema)) collect(part, plain);
}

function isPlain(schema: Schema): boolean {
  if (typeof schema === 'boolean') return false;
  const { items, anyOf = [], oneOf = [], type } = schema;
  if (type === 'object') return false;
  return [...anyOf, ...oneOf, ...(items === undefined ? [] : [items].flat())].every(isPlain);
}

function partsOf(schema: Exclude<Schema, boolean>): Schema[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
  return [
    ...Object.values(properties),
    ...(additionalProperties === undefined ? [] : [additionalProperties]),
    ...(items === undefined ? [] : [items].flat()),
    ...anyOf,
    ...oneOf,
  ];
}
