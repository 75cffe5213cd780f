// What the config says of a server that may be running: where it listens, and where its journal is.
import { formatDiagnostic } from '../config/diagnostics.ts';
import { loadPlan } from '../plan/load.ts';
import type { Plan } from '../plan/plan.ts';
import { ClientError } from './client-error.ts';
import { usualFile } from './config-file.ts';
import type { Io } from './io.ts';

export interface ServedOptions {
  /** The config file that the server runs. Default: the first of the usual files, as `run` finds it. */
  readonly config?: string | undefined;
  /** The folder of the journal, in place of what the config says. */
  readonly data?: string | undefined;
  readonly envFile?: string | undefined;
}

/**
 * The plan of that config; undefined where none is named and the folder has none. `unknown` is the message for one
 * that makes no plan.
 * @throws {ClientError} then: the server may run what the file held before, so a guess could reach another one.
 */
export async function servedPlan(
  { url, config, data, envFile }: ServedOptions & { readonly url?: string | undefined },
  unknown: string,
  io: Io,
): Promise<Plan | undefined> {
  const { env: environment, cwd, clock } = io;
  const path = config ?? usualFile(cwd);
  if (path === undefined) return undefined;
  const { plan, diagnostics } = await loadPlan({ path, environment, cwd, clock, envFile, data });
  if (plan !== undefined) return plan;
  const [first] = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
  // Beside an address, a config that nobody named may be that of another server: a token is missing, nothing is wrong.
  throw new ClientError(`${unknown}: ${first}`, config === undefined && url !== undefined ? 1 : 2);
}
