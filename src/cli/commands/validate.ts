import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkOnline } from '../../agents/check-online.ts';
import { type Diagnostic, formatDiagnostic } from '../../config/diagnostics.ts';
import { excerpt } from '../../config/excerpt.ts';
import { systemRandom } from '../../core/random.ts';
import { type LoadOptions, loadPlan } from '../../plan/load.ts';
import { configFile } from '../config-file.ts';
import type { Io } from '../io.ts';
import { visibleText } from '../visible.ts';

export interface ValidateOptions {
  /** Default: the first of the usual files in the working folder. */
  readonly file?: string | undefined;
  readonly format?: 'text' | 'json' | undefined;
  readonly envFile?: string | undefined;
  /** Makes one cheap call of each llm; one that does not answer is an error at its place. */
  readonly online?: boolean | undefined;
}

/** Prints every problem of a config. Exit code 0 without errors, 2 with; warnings do not fail. */
export async function validate(options: ValidateOptions, io: Io): Promise<number> {
  const path = configFile(options.file, io);
  if (path === undefined) return 2;
  const { env: environment, cwd, clock } = io;
  const answered: string[] = [];
  const askModel: LoadOptions['askModel'] = async (llm) => {
    const failure = await checkOnline(llm, { clock, random: systemRandom });
    if (failure === undefined) answered.push(llm.name);
    return failure;
  };
  const { plan, diagnostics } = await loadPlan({
    path,
    environment,
    cwd,
    clock,
    envFile: options.envFile,
    ...(options.online === true ? { askModel } : {}),
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  if (options.format === 'json') {
    const summary = { file: path, valid: errors === 0, errors, warnings, diagnostics };
    io.stdout.write(`${JSON.stringify(options.online === true ? { ...summary, answered } : summary)}\n`);
  } else {
    printDiagnostics(diagnostics, resolve(cwd, path), io);
    const agents = plan === undefined ? '' : `, ${counted(plan.agents.size, 'agent')}`;
    const verdict = errors === 0 ? `is valid${agents}` : `has ${counted(errors, 'error')}`;
    const asked = answered.length === 0 ? '' : `, ${counted(answered.length, 'llm')} answered`;
    io.stdout.write(
      `${path} ${verdict}${asked}${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}\n`,
    );
  }
  return errors === 0 ? 0 : 2;
}

/** One line a problem on standard output; on a terminal also the line of the file with a caret under the place. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], path: string, io: Io): void {
  const text = io.isTerminal && diagnostics.length > 0 ? readIfPossible(path) : undefined;
  for (const diagnostic of diagnostics) {
    io.stdout.write(`${visibleText(formatDiagnostic(diagnostic))}\n`);
    if (text !== undefined) io.stdout.write(excerpt(text, diagnostic));
  }
}

/** A file that is gone or too large was a diagnostic already. */
function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
