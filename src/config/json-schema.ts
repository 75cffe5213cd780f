import { z } from 'zod';
import { configSchema } from './schema/config.ts';

/** The JSON Schema (draft 2020-12) of a config file, for editors. A value may always be `${VAR}` in place of its type. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema, path }) => {
      // Two branches that are told apart by a field both fit where that field is a reference.
      if (jsonSchema.oneOf !== undefined) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        Reflect.deleteProperty(jsonSchema, 'oneOf');
      }
      const reference = path.includes('propertyNames') ? undefined : referenceFor(jsonSchema);
      if (reference === undefined) return;
      const { description, default: fallback, ...value } = jsonSchema;
      for (const key of Object.keys(value)) Reflect.deleteProperty(jsonSchema, key);
      // Side by side: editors complete what an enum of the first offers.
      jsonSchema.anyOf = [value, { type: 'string', pattern: reference }];
      if (description !== undefined) jsonSchema.description = description;
      if (fallback !== undefined) jsonSchema.default = fallback;
    },
  });
  return { $schema, title: 'Callboard', ...rest };
}

/** The pattern of a text that stands for such a value; undefined where any text is taken anyway, or none. */
function referenceFor(value: z.core.JSONSchema.BaseSchema): string | undefined {
  switch (value.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return '^\\$\\{[A-Za-z_].*\\}$';
    case 'string':
      // Text may be put together from references and more.
      return value.enum === undefined && value.const === undefined && value.pattern === undefined
        ? undefined
        : '(^|[^\\\\])\\$\\{[A-Za-z_]';
  }
  return undefined;
}
