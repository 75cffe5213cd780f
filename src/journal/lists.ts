// What is listed, and by pages.
import type { DeliveryStatus, SkipReason, TaskStatus } from '../core/events.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it back as `cursor` for the next page; undefined on the last one. */
  readonly next: string | undefined;
}

export interface TaskFilter {
  readonly agent?: string | undefined;
  readonly trigger?: string | undefined;
  readonly status?: TaskStatus | undefined;
  readonly since?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface DeliveryFilter {
  readonly agent?: string | undefined;
  readonly notification?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly taskId?: string | undefined;
  readonly since?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface SkipFilter {
  readonly agent?: string | undefined;
  readonly trigger?: string | undefined;
  readonly reason?: SkipReason | undefined;
  readonly since?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}
