// The process as a command sees it: the one place where the entries of Node and Deno meet the command line.
import { relative } from 'node:path';
import { SystemClock } from '../core/clock.ts';
import { main } from './main.ts';
import { shellWord } from './shell-word.ts';
import { processSignals } from './signals.ts';
import { TurnOutput } from './turn-output.ts';

/** Runs the process's own command line, and ends the process with its exit code. */
export async function runProcess(): Promise<void> {
  const clock = new SystemClock();
  const isTerminal = process.stdout.isTTY === true;
  const lines = new TurnOutput(process.stdout, clock);
  // What led to the end is in these lines, also where a defect of ours is the end: Deno tells of that alone.
  process.on('exit', () => lines.flush());
  process.on('uncaughtExceptionMonitor', () => lines.flush());
  const io = {
    stdout: isTerminal ? process.stdout : lines,
    // In the order in which both were written, for whoever reads them together.
    stderr: {
      write: (text: string) => {
        lines.flush();
        return process.stderr.write(text);
      },
    },
    env: process.env,
    cwd: process.cwd(),
    isTerminal,
    clock,
    program: programName(process.argv[1] ?? ''),
  };
  // Whoever reads our output may go away first (`callboard tasks | head`): that is no failure.
  process.stdout.on('error', (thrown: NodeJS.ErrnoException) =>
    process.exit(thrown.code === 'EPIPE' ? 0 : 1),
  );
  const code = await main(process.argv.slice(2), io, processSignals);
  // What was written must be out before the end, and a connection that somebody holds open must not delay it.
  lines.flush();
  process.stdout.write('', () => process.exit(code));
}

/** What to type to call this program again, from the folder that it was called in. */
function programName(script: string): string {
  const path = shellWord(relative(process.cwd(), script));
  if (script.endsWith('mod.ts')) return `deno run -A ${path}`;
  return script.endsWith('main.js') ? `node ${path}` : 'callboard';
}
