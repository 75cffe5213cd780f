import { resolve } from 'node:path';
import { loadPlan } from '../plan/load.ts';
import type { Plan } from '../plan/plan.ts';
import { printDiagnostics } from './commands/validate.ts';
import { configFile } from './config-file.ts';
import type { Io } from './io.ts';

/** The plan of the file that was named, or is there; undefined where there is none: standard error says why. */
export async function readPlan(
  options: { readonly file?: string | undefined; readonly envFile?: string | undefined },
  io: Io,
): Promise<{ readonly plan: Plan; readonly path: string } | undefined> {
  const path = configFile(options.file, io);
  if (path === undefined) return undefined;
  const { env: environment, cwd, clock } = io;
  const { plan, diagnostics } = await loadPlan({ path, environment, cwd, clock, envFile: options.envFile });
  if (plan !== undefined) return { plan, path };
  printDiagnostics(diagnostics, resolve(cwd, path), { ...io, stdout: io.stderr });
  return undefined;
}
