import type { Environment } from '../config/env.ts';
import type { Clock } from '../core/clock.ts';

/** The world as a command sees it: tests give their own. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  /** Whether a person reads standard output. */
  readonly isTerminal: boolean;
  readonly clock: Clock;
  /** How this program was called, for hints: `callboard` by default. */
  readonly program?: string | undefined;
  /**
   * Called by a command that others rely on: from then on it goes on where its output cannot be written. Until then
   * that ends the process, with 0 where the reader has gone and with 1 for any other reason.
   */
  readonly outliveOutput?: (() => void) | undefined;
}

/** What to type to call this program again. */
export const programOf = ({ program = 'callboard' }: Io): string => program;

export interface Output {
  write(text: string): unknown;
}
