// What the journal's thread and the thread of the program tell each other. Each message is a list, of what came up in
// one turn of the event loop, because a message costs as much as what it carries.
import type { Journal } from '../../journal.ts';
import type { SentError } from './errors.ts';

/** The methods of the port that are calls; the others are answered where they are asked. */
export type Method = Exclude<keyof Journal, 'waitingTasks' | 'onCommit'>;

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: SentError };

/** From the thread: that it is open, or why not; later, replies. */
export type FromThread =
  | { readonly type: 'opened'; readonly waiting: number }
  | { readonly type: 'failed'; readonly error: SentError }
  | {
      readonly type: 'replies';
      readonly replies: readonly Reply[];
      /** Milliseconds and operations of each commit since the last message. */
      readonly commits: readonly (readonly [ms: number, operations: number])[];
      /** Tasks that wait, after the latest commit. */
      readonly waiting: number;
    };
