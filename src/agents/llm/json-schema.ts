// JSON Schema as people write it: drafts 6 and 7, 2019-09 and 2020-12.
import type { Ajv, ErrorObject, Options } from 'ajv';
import { errorMessage } from '../../core/failure.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

export interface SchemaProblem {
  readonly severity: 'error' | 'warning';
  /** Keys and indices from the top of the schema. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a value, in words; undefined when it fits. */
export type ValueCheck = (value: unknown) => string | undefined;

/**
 * Everything that is wrong with a schema. Warnings name what would be passed over: keywords and formats that its
 * draft does not have. References outside of the schema are errors: nothing is fetched.
 */
export async function schemaProblems(schema: JsonSchema): Promise<readonly SchemaProblem[]> {
  const draft = draftOf(schema);
  if (draft === undefined) {
    const message = `${JSON.stringify(schema.$schema)} is no draft that can be checked: draft-06, draft-07, 2019-09 or 2020-12`;
    return [{ severity: 'error', path: ['$schema'], message }];
  }
  const ajv = await validatorOf(draft);
  const { $schema: _, ...plain } = schema;
  const found = [...problemsWithin(plain, ajv, draft)];
  ajv.validateSchema(plain);
  const paths = new Set<string>();
  for (const error of ajv.errors ?? []) {
    // Of what stands at one place the first says what is wrong, the others which branches did not fit either.
    if (paths.has(error.instancePath)) continue;
    paths.add(error.instancePath);
    found.push({ severity: 'error', path: pathOf(error), message: wordsOf(error) });
  }
  if (found.some(({ severity }) => severity === 'error')) return found;
  try {
    ajv.compile(plain);
  } catch (thrown) {
    const missing = missingReference(thrown);
    found.push({
      severity: 'error',
      path: (missing === undefined ? undefined : findReference(plain, missing)) ?? [],
      message: errorMessage(thrown),
    });
  }
  return found;
}

/**
 * A check of values against a schema.
 * @throws {Error} where the schema is wrong; {@linkcode schemaProblems} says how.
 */
export async function valueCheck(schema: JsonSchema): Promise<ValueCheck> {
  const draft = draftOf(schema);
  if (draft === undefined)
    throw new Error(`the schema is in no draft that can be checked: ${schema.$schema}`);
  const ajv = await validatorOf(draft);
  const { $schema: _, ...plain } = schema;
  const validate = ajv.compile(plain);
  return (value) =>
    validate(value) === true ? undefined : ajv.errorsText(validate.errors, { separator: ', ' });
}

type Draft = '7' | '2019-09' | '2020-12';

/** The draft that `$schema` names. Without it the newest, unless a keyword is used that only the ones before it have. */
function draftOf(schema: JsonSchema): Draft | undefined {
  const { $schema: name } = schema;
  if (name === undefined) return usesOlderKeywords(schema) ? '2019-09' : '2020-12';
  if (typeof name !== 'string') return undefined;
  const draft = /^https?:\/\/json-schema\.org\/(?:draft\/)?([\w-]+)\/schema#?$/.exec(name)?.[1];
  if (draft === '2019-09' || draft === '2020-12') return draft;
  // Draft 7 has all that draft 6 has.
  return draft === 'draft-06' || draft === 'draft-07' ? '7' : undefined;
}

function usesOlderKeywords(schema: JsonSchema): boolean {
  for (const { key, value } of keywordsOf(schema)) {
    if (key === 'additionalItems' || key === '$recursiveRef') return true;
    if (key === 'items' && Array.isArray(value)) return true;
  }
  return false;
}

/** A validator that knows the draft, and has compiled nothing yet. */
async function validatorOf(draft: Draft): Promise<Ajv> {
  const options: Options = { allErrors: true, strict: false, logger: false, validateSchema: false };
  const { default: formats } = await import('ajv-formats');
  const ajv = await (async () => {
    switch (draft) {
      case '7':
        return new (await import('ajv')).Ajv(options);
      case '2019-09':
        return new (await import('ajv/dist/2019.js')).Ajv2019(options);
      case '2020-12':
        return new (await import('ajv/dist/2020.js')).Ajv2020(options);
    }
  })();
  formats.default(ajv);
  return ajv;
}

function* problemsWithin(schema: JsonSchema, ajv: Ajv, draft: Draft): Generator<SchemaProblem> {
  for (const { key, value, path } of keywordsOf(schema)) {
    // The validator reads `$anchor`, though it does not list it.
    if (key !== '$anchor' && ajv.RULES.keywords[key] === undefined) {
      const message = `"${key}" is no keyword of JSON Schema ${draft}, and is not checked`;
      yield { severity: 'warning', path, message };
    }
    if (key === 'format' && typeof value === 'string' && ajv.formats[value] === undefined) {
      yield { severity: 'warning', path, message: `the format "${value}" is not known, and is not checked` };
    }
    const patterns =
      key === 'patternProperties' ? Object.keys(record(value)) : key === 'pattern' ? [value] : [];
    for (const pattern of patterns) {
      const wrong = typeof pattern === 'string' ? patternProblem(pattern) : undefined;
      if (wrong !== undefined) yield { severity: 'error', path, message: wrong };
    }
  }
}

function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (thrown) {
    return errorMessage(thrown);
  }
}

interface Keyword {
  readonly key: string;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/** Below these, keys are names of the author's own. */
const nameMaps = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions', '$vocabulary'],
  ...['dependencies', 'dependentSchemas', 'dependentRequired'],
]);
/** Below these, anything is data. */
const dataKeywords = new Set(['enum', 'const', 'default', 'examples']);

/** Every keyword of a schema and of the schemas inside it. */
function* keywordsOf(
  schema: unknown,
  path: readonly (string | number)[] = [],
  isMap = false,
): Generator<Keyword> {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) yield* keywordsOf(item, [...path, index]);
    return;
  }
  for (const [key, value] of Object.entries(record(schema))) {
    const at = [...path, key];
    if (!isMap) {
      yield { key, value, path: at };
      if (dataKeywords.has(key)) continue;
    }
    yield* keywordsOf(value, at, !isMap && nameMaps.has(key));
  }
}

function record(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function findReference(schema: JsonSchema, reference: string): Keyword['path'] | undefined {
  for (const { key, value, path } of keywordsOf(schema)) {
    if (/^\$(?:dynamic|recursive)?ref$/i.test(key) && value === reference) return path;
  }
  return undefined;
}

function missingReference(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'missingRef' in thrown && typeof thrown.missingRef === 'string'
    ? thrown.missingRef
    : undefined;
}

/** The place of an error: a JSON Pointer (RFC 6901) as keys. */
function pathOf({ instancePath }: ErrorObject): string[] {
  const steps = instancePath.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function wordsOf({ message = 'is wrong', params }: ErrorObject): string {
  const allowed: unknown = params.allowedValues;
  return Array.isArray(allowed) ? `${message}: ${allowed.join(', ')}` : message;
}
