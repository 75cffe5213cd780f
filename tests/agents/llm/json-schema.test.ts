import { describe, expect, test } from 'vitest';
import { schemaProblems, valueCheck } from '../../../src/agents/llm/json-schema.ts';

type JsonSchema = Record<string, unknown>;

const draft7 = 'http://json-schema.org/draft-07/schema#';
const draft2019 = 'https://json-schema.org/draft/2019-09/schema';
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

const tuple2020 = { prefixItems: [{ type: 'string' }], items: false };
const tuple7 = { items: [{ type: 'string' }], additionalItems: false };
const closed = { allOf: [{ properties: { a: true } }], unevaluatedProperties: false };

describe('valueCheck', () => {
  test.each<[JsonSchema, unknown, unknown]>([
    // Told by keyword.
    [tuple2020, ['x'], ['x', 'y']],
    [tuple7, ['x'], ['x', 'y']],
    [closed, { a: 1 }, { a: 1, b: 2 }],
    [{ dependentRequired: { a: ['b'] } }, { a: 1, b: 2 }, { a: 1 }],
    [{ dependencies: { a: ['b'] } }, { a: 1, b: 2 }, { a: 1 }],
    [{ contains: { const: 1 }, minContains: 2 }, [1, 1], [1]],
    // Told by $schema.
    [{ $schema: draft2020, ...tuple2020 }, ['x'], ['x', 'y']],
    [
      {
        $schema: draft2020,
        $dynamicAnchor: 'n',
        properties: { v: { type: 'number' }, next: { $dynamicRef: '#n' } },
      },
      { next: { v: 1 } },
      { next: { v: 'x' } },
    ],
    [{ $schema: `${draft2019}#`, ...tuple7 }, ['x'], ['x', 'y']],
    [{ $schema: draft2019, ...closed }, { a: 1 }, { b: 1 }],
    [{ $schema: draft7, ...tuple7 }, ['x'], ['x', 'y']],
    [
      { $schema: 'http://json-schema.org/draft-06/schema#', propertyNames: { maxLength: 1 } },
      { a: 1 },
      { ab: 1 },
    ],
    // Formats.
    [{ format: 'date' }, '2026-02-28', '2026-02-30'],
    [{ format: 'email' }, 'ada@example.com', 'ada'],
    [{ format: 'uri' }, 'https://example.com/', 'example'],
    [{ format: 'uuid' }, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', 'f81d'],
    // Names of the author's own that are keywords elsewhere.
    [{ properties: { prefixItems: { const: { unevaluatedItems: 1 } } } }, {}, { prefixItems: 1 }],
  ])('%j: %j fits, %j does not', async (schema, good, bad) => {
    expect(await schemaProblems(schema)).toEqual([]);
    const check = await valueCheck(schema);
    expect(check(good)).toBeUndefined();
    expect(check(bad)).toMatch(/^data/);
  });

  test('says everything that is wrong with a value', async () => {
    const check = await valueCheck({ properties: { a: { type: 'string' }, b: { enum: ['x'] } } });
    expect(check({ a: 1, b: 2 })).toBe(
      'data/a must be string, data/b must be equal to one of the allowed values',
    );
  });
});

describe('schemaProblems', () => {
  const properties = (schema: unknown) => ({ properties: { a: schema } });

  test.each<[JsonSchema, string[]]>([
    [
      properties({ type: 'strin' }),
      [
        'error properties.a.type must be equal to one of the allowed values: array, boolean, integer, null, number, object, string',
      ],
    ],
    [
      properties({ minimum: 'x', required: 'y' }),
      ['error properties.a.minimum', 'error properties.a.required'],
    ],
    [properties(5), ['error properties.a must be object,boolean']],
    [properties({ $ref: '#/$defs/gone' }), ["error properties.a.$ref can't resolve reference #/$defs/gone"]],
    [properties({ $ref: 'https://example.com/s.json' }), ['error properties.a.$ref']],
    [properties({ pattern: '(' }), ['error properties.a.pattern Invalid regular expression']],
    [{ patternProperties: { '[': true } }, ['error patternProperties Invalid regular expression']],
    [{ $schema: 'https://example.com/mine' }, ['error $schema "https://example.com/mine" is no draft']],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, ['error $schema']],
    [
      properties({ requred: ['b'] }),
      ['warning properties.a.requred "requred" is no keyword of JSON Schema 2020-12'],
    ],
    [
      { $schema: draft7, prefixItems: [] },
      ['warning prefixItems "prefixItems" is no keyword of JSON Schema 7, and is not checked'],
    ],
    [properties({ format: 'iban' }), ['warning properties.a.format the format "iban" is not known']],
    [
      {
        $id: 'x',
        title: 't',
        description: 'd',
        $defs: { requred: { deprecated: true, $comment: 'c' } },
        default: { requred: 1 },
      },
      [],
    ],
  ])('%j', async (schema, expected) => {
    const found = await schemaProblems(schema);
    const lines = found.map(({ severity, path, message }) => `${severity} ${path.join('.')} ${message}`);
    expect(lines).toEqual(expected.map((line) => expect.stringContaining(line)));
  });
});
