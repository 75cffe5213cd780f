import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Io, programOf } from './io.ts';

/** Where a config is looked for when none is named, in order. */
const usualFiles = ['callboard.yaml', 'config.yaml', '.hector/config.yaml'];

/** The first of the usual configs that `cwd` holds. */
export function usualFile(cwd: string): string | undefined {
  return usualFiles.find((file) => existsSync(join(cwd, file)));
}

/** The named config, or the first of the usual ones; undefined where there is none, after saying what to do. */
export function configFile(named: string | undefined, io: Io): string | undefined {
  const found = named ?? usualFile(io.cwd);
  if (found === undefined) {
    io.stderr.write(
      `Cannot find a config: there is no ${usualFiles.slice(0, -1).join(', ')} or ${usualFiles.at(-1)} in ${io.cwd}. ` +
        `Name one, or write a starter with: ${programOf(io)} init\n`,
    );
  }
  return found;
}
