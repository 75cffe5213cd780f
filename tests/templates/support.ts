import type { Clock } from '../../src/core/clock.ts';
import { parseJson } from '../../src/core/json.ts';
import { type CompileOptions, compileTemplate } from '../../src/templates/compile.ts';
import { TemplateError } from '../../src/templates/template.ts';
import { FakeClock } from '../support/fake-clock.ts';

export type Options = Partial<CompileOptions>;

/** What a template prints over `data`; a JSON text stands for the members of the data. */
export function render(
  source: string,
  data: string | { readonly [name: string]: unknown } = {},
  options: Options = {},
): string {
  return compileTemplate(source, { clock: new FakeClock('2026-01-02T03:04:05.678Z'), ...options }).render(
    typeof data === 'string' ? members(data) : data,
  );
}

function members(json: string): { readonly [name: string]: unknown } {
  const data = parseJson(json);
  if (!(data instanceof Map)) throw new Error('template data is a JSON object');
  return Object.fromEntries(data);
}

/** The error of a template that cannot be read or rendered. */
export function errorOf(
  source: string,
  data: string | { readonly [name: string]: unknown } = {},
  options: Options = {},
): TemplateError {
  try {
    render(source, data, options);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(source)} was expected to fail`);
}

/** A clock on which a millisecond passes each time it is looked at. */
export function hurryingClock(): Clock {
  const clock = new FakeClock();
  let looks = 0;
  clock.monotonic = () => {
    looks += 1;
    return looks;
  };
  return clock;
}
