import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'dotenv';
import { errorMessage } from '../core/failure.ts';
import type { Environment } from './env.ts';

export interface DotEnvOptions {
  /** The folder of the config. */
  readonly folder: string;
  /** The working folder. */
  readonly cwd: string;
  readonly environment: Environment;
  /** A file that was named on the command line: it must exist, and it comes before the two `.env`. */
  readonly envFile?: string | undefined;
}

/** A file of variables that could not be read. */
export class DotEnvError extends Error {}

/**
 * The environment of a config. The real one wins over `envFile`, that over the `.env` beside the config,
 * and that over the `.env` of the working folder.
 * @throws {DotEnvError} where a file exists that cannot be read, or `envFile` does not.
 */
export function configEnvironment({ environment, ...options }: DotEnvOptions): Environment {
  return {
    ...Object.assign(
      {},
      ...variableFiles(options).map(({ path, required }) => readVariables(path, required)),
    ),
    ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)),
  };
}

/** The files that {@linkcode configEnvironment} looks for; a later one wins. */
export function variableFiles({ folder, cwd, envFile }: Omit<DotEnvOptions, 'environment'>) {
  const beside = new Set([join(cwd, '.env'), join(folder, '.env')]);
  const usual = [...beside].map((path) => ({ path, required: false }));
  return envFile === undefined ? usual : [...usual, { path: resolve(cwd, envFile), required: true }];
}

function readVariables(path: string, required: boolean): Environment {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (!required && isAbsent(thrown)) return {};
    throw new DotEnvError(`cannot read the variables of ${path}: ${errorMessage(thrown)}`);
  }
  // Not `parseEnv` of node:util: it loses the lines behind one that assigns nothing, and Deno's differs from Node's.
  return parse(text.replace(/^\uFEFF/, ''));
}

function isAbsent(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
  );
}
