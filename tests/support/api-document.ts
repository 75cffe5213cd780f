// The API's own description, and whether answers are what it says.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';

const content = z.record(z.string(), z.looseObject({ schema: z.unknown() }));
const operation = z.looseObject({
  responses: z.record(z.string(), z.looseObject({ content: content.optional() })),
});
const documentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

export interface DescribedAnswer {
  readonly method: string;
  /** As the document has it: `/tasks/{id}`. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

export class ApiDocument {
  readonly #document: z.infer<typeof documentShape>;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: unknown) {
    this.#document = documentShape.parse(document);
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'api', ...this.#document });
  }

  /** What is wrong with the document by the standard's own schema; empty when nothing is. */
  async problems(): Promise<unknown> {
    const { valid, errors } = await new Validator().validate(this.#document);
    return valid ? [] : errors;
  }

  /** `get /tasks/{id}` and so on. */
  get operations(): readonly string[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  }

  /** The methods of each path, in capitals; of a path that has `get`, HEAD as well. */
  get methods(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      Object.entries(this.#document.paths).map(([path, methods]) => [
        path,
        Object.keys(methods).flatMap((method) =>
          method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
        ),
      ]),
    );
  }

  /** How an answer differs from what is written of it, fields that are not written down included; empty when it does not. */
  differences({ method, path, status, type, body }: DescribedAnswer): readonly string[] {
    const known = this.#document.paths[path]?.[method];
    if (known?.responses[status]?.content?.[type] === undefined) {
      return [`${method} ${path} has no answer ${status} of ${type}`];
    }
    const place = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    const problems = this.#check(place, body);
    const items = z.object({ items: z.array(z.unknown()) }).safeParse(body);
    if (!items.success) return problems;
    return [
      ...problems,
      ...items.data.items.flatMap((item) => this.#check([...place, 'properties', 'items', 'items'], item)),
    ];
  }

  #check(place: readonly string[], value: unknown): readonly string[] {
    const pointer = place.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')));
    const schema = { $ref: `api#/${pointer.join('/')}`, unevaluatedProperties: false };
    const validate = this.#ajv.compile(schema);
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}
