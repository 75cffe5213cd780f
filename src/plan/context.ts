import type { Environment } from '../config/env.ts';
import type { Path } from '../config/places.ts';
import type { Problems } from '../config/problems.ts';
import type { Clock } from '../core/clock.ts';
import { compileTemplate } from '../templates/compile.ts';
import { type Dialect, type Template, TemplateError } from '../templates/template.ts';
import type { LimitsPlan } from './plan.ts';

/** What every part of a plan is built with. */
export interface BuildContext {
  readonly problems: Problems;
  readonly environment: Environment;
  /** Absolute; what relative paths of the config start from. */
  readonly folder: string;
  readonly clock: Clock;
  readonly limits: LimitsPlan;
  /** The text of a file. May throw. */
  readonly readFile: (path: string) => string;
  /** Collects the values that are never to be shown. */
  readonly secrets: Set<string>;
  /** Where a local Ollama was found. */
  readonly ollama: string | undefined;
  /** Collects the checks that load a library or ask somebody; they report to `problems` too. */
  readonly later: (() => Promise<void>)[];
}

/** The compiled template at `path`; undefined where there is none or where it is wrong, which is then a problem. */
export function compileAt(
  context: BuildContext,
  path: Path,
  source: string | undefined,
  options: { readonly dialect?: Dialect | undefined; readonly json?: boolean } = {},
): Template | undefined {
  if (source === undefined) return undefined;
  const { clock, limits, problems } = context;
  try {
    return compileTemplate(source, {
      ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
      json: options.json ?? false,
      limits: { time: limits.templateTime, output: limits.templateOutput },
      clock,
    });
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    problems.error(path, `template: ${thrown.message}`, { inside: thrown.offset });
    return undefined;
  }
}
