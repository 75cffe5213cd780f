import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A folder of its own with the admitter in it, as one file that any supported Node runs. */
export const buildAdmitter = () => buildFixture('admitter');

/** A folder of its own with `NAME.mjs` in it: the fixture `NAME.ts` and what it imports. */
export async function buildFixture(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `callboard-${name}-`));
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  await build({
    entryPoints: [fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url))],
    outfile: join(folder, `${name}.mjs`),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
  return folder;
}

export interface Child {
  readonly process: ChildProcess;
  /** Whole lines that it has printed. */
  lines(): readonly string[];
  /** Waits until it has printed so many lines. */
  printed(count: number): Promise<void>;
  /** Waits for its end, and for the rest of its output. */
  readonly closed: Promise<unknown>;
}

export function startChild(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let output = '';
  let over = false;
  closed.then(() => {
    over = true;
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const lines = () => output.split('\n').slice(0, -1);
  const printed = async (count: number) => {
    while (lines().length < count) {
      if (over) throw new Error(`the child ended after ${lines().length} lines: ${output}`);
      await Promise.race([once(child.stdout, 'data'), closed]);
    }
  };
  return { process: child, lines, printed, closed };
}
