import { main } from '../../src/cli/main.ts';
import { FakeClock } from '../support/fake-clock.ts';

export interface RunCommandOptions {
  readonly isTerminal?: boolean;
  readonly asksServer?: boolean;
  readonly cwd?: string;
  readonly program?: string;
}

/** Runs a command, one that talks to a server with any token, and what it wrote. */
export async function runCommand(
  args: readonly string[],
  { isTerminal = false, asksServer = true, cwd = '/nowhere', program }: RunCommandOptions = {},
) {
  const written = { out: '', err: '' };
  const io = {
    stdout: {
      write: (text: string) => {
        written.out += text;
      },
    },
    stderr: {
      write: (text: string) => {
        written.err += text;
      },
    },
    env: {},
    cwd,
    isTerminal,
    clock: new FakeClock(),
    program,
  };
  const signals = () => {
    throw new Error('such a command waits for no signal');
  };
  const code = await main([...args, ...(asksServer ? ['--token', 'any'] : [])], io, signals);
  return { code, ...written };
}
