// What a task must pass to be admitted, and what came of it.
import type { NewDelivery } from './deliveries.ts';
import type { NewTask, TaskRecord } from './tasks.ts';

/** What a task must pass to be admitted; all checks and the insert are one commit. Checked in the order of the fields. */
export interface Admission {
  readonly task: NewTask;
  /** Waiting tasks beyond which nothing is admitted. */
  readonly queueLimit: number;
  /** The schedule instant; a second admission of it is `instant_taken`. Also moves the trigger's last instant forward. */
  readonly instant?: number | undefined;
  /** Keys of the sender's delivery; any one already known, of a task that has not failed or been cancelled, is a `duplicate`. */
  readonly repeat?: { readonly keys: readonly string[]; readonly until: number } | undefined;
  /**
   * The id of the task that this one runs again. Where that failed or was cancelled, the keys of its sender's delivery are
   * this task's from now on: the sender's own retry is a repeat of it.
   */
  readonly replays?: string | undefined;
  /** A token bucket for the trigger. */
  readonly rate?: RateLimit | undefined;
  /** Tasks that this agent may be given within the last hour. */
  readonly hourly?: number | undefined;
  /**
   * What to do while a task of the same `task.group` is not over. Absent: it waits for its turn (`queue_all`). Tasks of
   * no instant are not displaced: they were started by hand, for this once.
   */
  readonly overlap?: 'skip' | 'queue' | 'queue_all' | 'replace' | undefined;
  /**
   * Tasks of the group that were made more than this many milliseconds after their instant are not displaced: they make
   * up for missed instants, all of which are to run. Absent: there are none.
   */
  readonly sparesLaterThan?: number | undefined;
  /**
   * The deliveries that the cancellation of each waiting task causes which this admission cancels, by the task's id.
   * Where one of them is not in it nothing is written, and `displaces` tells which they are. Absent: they cause none.
   */
  readonly displaced?: ReadonlyMap<string, readonly NewDelivery[]> | undefined;
  /**
   * Joins the waiting task of this key, if it still waits and stands for `count` calls (0: expects none):
   * its input becomes `task.input`. With another count nothing is written and `stale` tells the true one. Absent: whatever
   * their number.
   */
  readonly coalesce?: { readonly key: string; readonly count?: number | undefined } | undefined;
}

/** `burst` calls at once, then one each `intervalMs`. */
export interface RateLimit {
  readonly burst: number;
  readonly intervalMs: number;
}

export type AdmissionResult =
  | {
      readonly outcome: 'admitted';
      /** May be claimed at once (neither due later nor behind another of its group). */
      readonly ready: boolean;
      /** `replace`: running tasks of the group that must now be cancelled. That is on record, as their `cancelReason`. */
      readonly replaces: readonly string[];
      /** `queue` and `replace`: waiting tasks that were cancelled in the same commit. */
      readonly displaced: readonly TaskRecord[];
    }
  | { readonly outcome: 'coalesced'; readonly taskId: string }
  | { readonly outcome: 'stale'; readonly count: number }
  /** The tasks that would be cancelled, with the reason that they would have. */
  | { readonly outcome: 'displaces'; readonly tasks: readonly TaskRecord[] }
  | { readonly outcome: 'duplicate'; readonly taskId: string }
  | { readonly outcome: 'instant_taken' }
  | { readonly outcome: 'overlap' }
  | { readonly outcome: 'rate_limited' | 'budget'; readonly retryAfterMs: number }
  | { readonly outcome: 'queue_full' };
