// Every command, in the order of the help. What a command needs is loaded when it runs.
import { version } from '../core/version.ts';
import type { Command } from './command.ts';
import { fileCommands } from './file-commands.ts';
import { serverCommands } from './server-commands.ts';
import { noWords, onlyFile } from './words.ts';

export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...fileCommands,
  ...serverCommands,
  [
    'schema',
    {
      usage: 'schema',
      summary: 'Print the JSON Schema of the file, for editors',
      options: {},
      run: async ({ positionals }, io) => {
        noWords(positionals);
        return (await import('./commands/schema.ts')).schema({}, io);
      },
    },
  ],
  [
    'init',
    {
      usage: 'init [FILE]',
      summary: 'Write a commented starter, callboard.yaml',
      options: {},
      run: async ({ positionals }, io) =>
        (await import('./commands/init.ts')).init({ file: onlyFile(positionals) }, io),
    },
  ],
  [
    'version',
    {
      usage: 'version',
      summary: 'Print the version',
      options: {},
      run: async ({ positionals }, io) => {
        noWords(positionals);
        io.stdout.write(`${version}\n`);
        return 0;
      },
    },
  ],
]);
