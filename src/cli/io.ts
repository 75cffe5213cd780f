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
}

/** What to type to call this program again. */
export const programOf = ({ program = 'callboard' }: Io): string => program;

export interface Output {
  write(text: string): unknown;
}
