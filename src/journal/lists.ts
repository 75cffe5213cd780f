// What is listed, and by pages.
import type { DeliveryStatus, SkipReason, TaskStatus } from '../core/events.ts';

/**
 * A page ends before its texts are longer than this, in bytes, even if fewer items than asked for are on it; one always
 * is. Five hundred inputs and results of 1 MiB would be more than the process can hold.
 */
export const pageBytes = 8 * 2 ** 20;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it back as `cursor` for the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** What every list can be filtered by. */
export interface ListFilter {
  readonly agent?: string | undefined;
  readonly since?: number | undefined;
  /** The most items; {@linkcode pageBytes} may end the page sooner. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface TaskFilter extends ListFilter {
  readonly trigger?: string | undefined;
  readonly status?: TaskStatus | undefined;
}

export interface DeliveryFilter extends ListFilter {
  readonly notification?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly taskId?: string | undefined;
}

export interface SkipFilter extends ListFilter {
  readonly trigger?: string | undefined;
  readonly reason?: SkipReason | undefined;
}
