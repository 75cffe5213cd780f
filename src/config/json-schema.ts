import { z } from 'zod';
import { configSchema } from './schema/config.ts';

/** The JSON Schema (draft 2020-12) of a config file, for editors. A value may always be `${VAR}` in place of its type. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const { type } = jsonSchema;
      if (type !== 'integer' && type !== 'number' && type !== 'boolean') return;
      const { description, default: fallback, ...value } = jsonSchema;
      for (const key of Object.keys(value)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.anyOf = [value, { type: 'string', pattern: '^\\$\\{[A-Za-z_].*\\}$' }];
      if (description !== undefined) jsonSchema.description = description;
      if (fallback !== undefined) jsonSchema.default = fallback;
    },
  });
  return { $schema, title: 'Callboard', ...rest };
}
