import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findOllama, usualOllama } from '../agents/llm/ollama.ts';
import { configEnvironment, DotEnvError, variableFiles } from '../config/dotenv.ts';
import type { Environment } from '../config/env.ts';
import { LineIndex } from '../config/lines.ts';
import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/failure.ts';
import { type BuildOptions, type BuiltPlan, buildWholePlan } from './build.ts';
import type { Plan } from './plan.ts';
import { stampOf } from './stamp.ts';

/** The largest config that is read, in bytes. */
const largestFile = 4 * 2 ** 20;

export interface LoadOptions {
  /** The config file, absolute or relative to `cwd`; diagnostics name it as it is given here. */
  readonly path: string;
  /** The real environment: it wins over every file. */
  readonly environment: Environment;
  /** Absolute. */
  readonly cwd: string;
  readonly clock: Clock;
  /** A file of variables to read beside `.env`; it must exist. */
  readonly envFile?: string | undefined;
  /** In place of `journal.path`: the folder of the database file. */
  readonly data?: string | undefined;
  /** Where a local Ollama is looked for when an agent needs a model and has none. Default: its usual address. */
  readonly ollama?: string | undefined;
  /** Asks a model whether it answers, and tells what is wrong. Left out: none is asked. */
  readonly askModel?: BuildOptions['askModel'];
}

export interface LoadedPlan extends BuiltPlan {
  /**
   * Every file that was read, or looked for and is not there, by its absolute path: how it stood just before. When one
   * of them stands otherwise, another load may find another plan.
   */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Reads a config file with its `.env` and makes its plan. Never throws for what the files hold or lack: every
 * problem is in `diagnostics`, one about a file as a whole at its first character.
 */
export async function loadPlan(options: LoadOptions): Promise<LoadedPlan> {
  const files = new Map<string, string>();
  const note = (path: string) => {
    if (!files.has(path)) files.set(path, stampOf(path));
  };
  return { ...(await load(options, note)), files };
}

async function load(options: LoadOptions, note: (path: string) => void): Promise<BuiltPlan> {
  const { path, cwd, clock, data, askModel, ollama = usualOllama } = options;
  const absolute = resolve(cwd, path);
  const folder = dirname(absolute);
  note(absolute);
  try {
    const text = readText(absolute);
    if (typeof text !== 'string') return refused(path, text.message, text.line, text.column);
    const { envFile } = options;
    for (const file of variableFiles({ folder, cwd, envFile })) note(file.path);
    const environment = configEnvironment({ folder, cwd, environment: options.environment, envFile });
    const readFile = (file: string) => {
      note(file);
      return readFileSync(file, 'utf8');
    };
    const build = { text, file: path, folder, cwd, data, environment, clock, readFile, askModel };
    const built = await buildWholePlan(build);
    if (built.plan === undefined || !lacksModel(built.plan) || !(await findOllama(ollama, clock)))
      return built;
    return await buildWholePlan({ ...build, ollama });
  } catch (thrown) {
    if (thrown instanceof DotEnvError) return refused(path, thrown.message);
    if (thrown instanceof Error && 'code' in thrown)
      return refused(path, `the file cannot be read: ${errorMessage(thrown)}`);
    throw thrown;
  }
}

function lacksModel({ agents }: Plan): boolean {
  return [...agents.values()].some(({ work }) => work.type === 'llm' && work.llm === undefined);
}

interface Refusal {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

function readText(path: string): string | Refusal {
  const { size } = statSync(path);
  if (size > largestFile) {
    return { message: `the file has ${size} bytes, and a config may have at most ${largestFile} (4 MiB)` };
  }
  const bytes = readFileSync(path);
  const text = new TextDecoder('utf-8').decode(bytes);
  if (!text.includes('\ufffd')) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const place = new LineIndex(text).place(text.indexOf('\ufffd'));
    return { message: 'the file is not text in UTF-8: it holds other bytes here', ...place };
  }
}

function refused(file: string, message: string, line = 1, column = 1): BuiltPlan {
  return { plan: undefined, diagnostics: [{ severity: 'error', file, line, column, message }] };
}
