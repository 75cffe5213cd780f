// The process as a command sees it: the one place where the entries of Node and Deno meet the command line.
import { relative } from 'node:path';
import { SystemClock } from '../core/clock.ts';
import { main } from './main.ts';
import { shellWord } from './shell-word.ts';
import { processSignals } from './signals.ts';
import { StandardOutput } from './standard-output.ts';
import { TurnOutput } from './turn-output.ts';

/** Runs the process's own command line, and ends the process with its exit code. */
export async function runProcess(): Promise<void> {
  const clock = new SystemClock();
  const isTerminal = process.stdout.isTTY === true;
  const failures = new OutputFailures();
  const output = new StandardOutput({
    stream: process.stdout,
    onFailure: (thrown) => failures.add(thrown),
    onWritten: () => failures.settle(),
  });
  const lines = new TurnOutput(output, clock);
  // What led to the end is in these lines, also where a defect of ours is the end: Deno tells of that alone.
  process.on('exit', () => lines.flush());
  process.on('uncaughtExceptionMonitor', () => lines.flush());
  // Of what cannot be said there nobody can be told.
  process.stderr.on('error', () => {});
  const io = {
    stdout: isTerminal ? output : lines,
    // In the order in which both were written, for whoever reads them together.
    stderr: {
      write: (text: string) => {
        lines.flush();
        writeError(text);
      },
    },
    env: process.env,
    cwd: process.cwd(),
    isTerminal,
    clock,
    program: programName(process.argv[1] ?? ''),
    outliveOutput: () => failures.outlive(),
  };
  const code = await main(process.argv.slice(2), io, processSignals);
  // What was written must be out before the end, and a connection that somebody holds open must not delay it.
  lines.flush();
  output.end(() => process.exit(code));
}

/** What becomes of a process that cannot write its standard output. */
class OutputFailures {
  #isOutlived = false;
  #hasFailed = false;

  /** From now on the process goes on without. */
  outlive(): void {
    this.#isOutlived = true;
  }

  add({ code, message }: NodeJS.ErrnoException): void {
    // Whoever reads our output may go away first (`callboard tasks | head`): that is no failure.
    if (!this.#isOutlived && code === 'EPIPE') process.exit(0);
    if (!this.#hasFailed) {
      const goesOn = this.#isOutlived ? '; Callboard goes on without it' : '';
      writeError(`callboard: standard output cannot be written: ${message}${goesOn}\n`);
    }
    this.#hasFailed = true;
    if (!this.#isOutlived) process.exit(1);
  }

  /** It could be written again. */
  settle(): void {
    if (this.#hasFailed) writeError('callboard: standard output is written again\n');
    this.#hasFailed = false;
  }
}

function writeError(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // Deno throws where Node emits.
  }
}

/** What to type to call this program again, from the folder that it was called in. */
function programName(script: string): string {
  const path = shellWord(relative(process.cwd(), script));
  if (script.endsWith('mod.ts')) return `deno run -A ${path}`;
  return script.endsWith('main.js') ? `node ${path}` : 'callboard';
}
