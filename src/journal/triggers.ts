// What the journal remembers of triggers, and of what they did not start.
import type { SkipReason } from '../core/events.ts';

/** What is remembered of a trigger between runs of the process. */
export interface TriggerRecord {
  readonly agent: string;
  readonly trigger: string;
  /** A hash of what decides its instants; another one means: start from now. */
  readonly fingerprint: string;
  /** All instants up to here are dealt with. Undefined for webhooks. */
  readonly lastInstant: number | undefined;
  readonly paused: boolean;
  /** Of a schedule that was resumed: its instants up to here came while it was paused. Wall milliseconds. */
  readonly pausedUntil?: number | undefined;
}

export interface SkipRecord {
  readonly agent: string;
  readonly trigger: string;
  readonly reason: SkipReason;
  /** The start of the minute that the row counts. */
  readonly at: number;
  readonly count: number;
}
