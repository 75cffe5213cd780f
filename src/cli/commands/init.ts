import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage } from '../../core/failure.ts';
import { type Io, programOf } from '../io.ts';
import { shellWord } from '../shell-word.ts';
import { starter } from '../starter.ts';

export interface InitOptions {
  /** Default: `callboard.yaml` in the working folder. */
  readonly file?: string | undefined;
}

/** Writes a commented starter. A file that is there already is never touched: exit code 2. */
export async function init(options: InitOptions, io: Io): Promise<number> {
  const file = options.file ?? 'callboard.yaml';
  try {
    writeFileSync(resolve(io.cwd, file), starter, { flag: 'wx' });
  } catch (thrown) {
    const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    const why = exists ? 'it exists already, and init overwrites nothing' : errorMessage(thrown);
    io.stderr.write(`Cannot write ${file}: ${why}\n`);
    return 2;
  }
  const program = programOf(io);
  // What begins with a dash would be read as an option.
  const word = shellWord(file.startsWith('-') ? `./${file}` : file);
  io.stdout.write(
    `Wrote ${file}. Check it with: ${program} validate ${word}\nStart it with: ${program} run ${word}\n`,
  );
  return 0;
}
