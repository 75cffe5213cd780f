// The command line: which commands there are, what they take, and what a wrong word is answered with.
import { parseArgs } from 'node:util';
import { didYouMean } from '../config/suggest.ts';
import { errorMessage } from '../core/failure.ts';
import { version } from '../core/version.ts';
import { ClientError } from './client-error.ts';
import { type Command, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { type Io, programOf } from './io.ts';
import type { Signals } from './signals.ts';
import { usageText } from './usage.ts';
import { visibleText } from './visible.ts';

/** Runs a command line (without program and script) and resolves with its exit code: 0, 1 or 2. */
export async function main(argv: readonly string[], world: Io, signals: () => Signals): Promise<number> {
  // What went wrong may repeat words of a payload, a file or a server.
  const stderr = { write: (text: string) => world.stderr.write(visibleText(text)) };
  const io = { ...world, stderr };
  const [first, ...rest] = argv;
  if (asksHelp(first)) return help(asksHelp(rest[0]) ? undefined : rest[0], io);
  if (first === '--version' || first === '-v') return print(`${version}\n`, io);
  const named = first === undefined ? undefined : commands.get(first);
  const command = named ?? commands.get('run');
  if (command === undefined) throw new Error('there is no command "run"');
  if (named === undefined && first !== undefined && looksLikeCommand(first)) return noCommand(first, io);
  try {
    const { values, positionals } = parse(command, named === undefined ? argv : rest);
    if (values.help === true) return help(named === undefined ? 'run' : first, io);
    return await command.run({ values, positionals }, io, signals);
  } catch (thrown) {
    if (thrown instanceof UsageError) return wrong(`${thrown.message}\n${usageText(command.usage)}`, io);
    if (!(thrown instanceof ClientError)) throw thrown;
    io.stderr.write(`callboard: ${thrown.message}\n`);
    return thrown.exitCode;
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
  } catch (thrown) {
    const [, unknown] = /^Unknown option '(--?[^']*)'/.exec(errorMessage(thrown)) ?? [];
    if (unknown === undefined) throw new UsageError(errorMessage(thrown));
    const known = Object.keys(command.options).map((name) => `--${name}`);
    throw new UsageError(`there is no option ${unknown}${didYouMean(unknown, known)}`);
  }
}

const asksHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help';

/** A word without a dot or a slash is no file that anybody would run. */
function looksLikeCommand(word: string): boolean {
  return /^[a-z-]+$/.test(word) && !word.startsWith('-');
}

function help(name: string | undefined, io: Io): number {
  if (name !== undefined) {
    const command = commands.get(name);
    if (command === undefined) return noCommand(name, io);
    return print(`${usageText(command.usage)}\n\n${command.summary}\n`, io);
  }
  const width = Math.max(...[...commands.keys()].map((key) => key.length));
  const list = [...commands].map(([key, { summary }]) => `  ${key.padEnd(width)}  ${summary}`);
  return print(
    `Callboard ${version}: runs agents unattended from one YAML file.\n\nusage: callboard [COMMAND] [FILE]\n\n${list.join('\n')}\n\n` +
      'callboard COMMAND --help tells what a command takes.\nExit codes: 0 done, 1 failed, 2 wrong command line or config.\n',
    io,
  );
}

function print(text: string, io: Io): number {
  io.stdout.write(text);
  return 0;
}

function noCommand(name: string, io: Io): number {
  return wrong(`there is no command "${name}"; ${programOf(io)} --help lists them`, io);
}

function wrong(message: string, io: Io): number {
  io.stderr.write(`callboard: ${message}\n`);
  return 2;
}
