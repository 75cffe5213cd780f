// What a command is: how it is written, and what its words start.
import type { ParseArgsConfig } from 'node:util';
import type { Io } from './io.ts';
import type { Signals } from './signals.ts';

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Words {
  readonly values: Values;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly run: (words: Words, io: Io, signals: () => Signals) => Promise<number>;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}
