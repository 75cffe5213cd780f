// The port of the journal, in the words of the domain. Every method is a promise: a writer on its own
// thread or a database over the network looks the same to the caller. Whatever a method resolves with is
// committed and synced; what is asked for first is written first. All times are wall milliseconds; all text is
// stored as given: the caller redacts.
import type { DeliveryDead, DeliveryEvent, EndpointNews, SkipReason, Usage } from '../core/events.ts';
import type { Admission, AdmissionResult, RateLimit } from './admission.ts';
import type { DeliveryRecord, EndpointRecord, NewDelivery, Settlement } from './deliveries.ts';
import type { DeliveryFilter, Page, SkipFilter, TaskFilter } from './lists.ts';
import type { Outcome, Release, TaskRecord } from './tasks.ts';
import type { SkipRecord, TriggerRecord } from './triggers.ts';

export interface EventRecord {
  /** Grows by commit order: the id of the event stream. */
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly agent: string | undefined;
  readonly taskId: string | undefined;
  readonly data: unknown;
}

/** Rows that have just become claimable. */
export interface ReadyRows {
  readonly agents: readonly string[];
  readonly endpoints: readonly string[];
}

export interface QueueDepth {
  readonly agent: string;
  readonly waiting: number;
  readonly running: number;
  readonly oldestCreatedAt: number | undefined;
}

export interface Journal {
  /** Everything needed to go on after a stop or a crash. Deliveries that were under way are made claimable again. */
  recover(now: number): Promise<{ interrupted: readonly TaskRecord[] }>;
  /** The largest task time ever handed out, in nanoseconds. */
  newestTaskNanos(): Promise<bigint>;

  admitTask(admission: Admission): Promise<AdmissionResult>;
  /** The id of the live or completed task that one of the keys belongs to. */
  findRepeat(
    agent: string,
    trigger: string,
    keys: readonly string[],
    now: number,
  ): Promise<string | undefined>;
  /** Whether the bucket has a token, without taking it: milliseconds until it has one, 0 when it has. */
  peekRate(agent: string, trigger: string, rate: RateLimit, now: number): Promise<number>;
  /** Milliseconds until the agent may be given another of `hourly` tasks an hour, 0 when it may now. */
  peekHour(agent: string, hourly: number, now: number): Promise<number>;
  /** How many calls the waiting task of this key stands for; 0 when there is none. */
  coalesceCount(agent: string, trigger: string, key: string, now: number): Promise<number>;

  /** Marks up to `limit` ready tasks as running, oldest first, and hands them out with a new fence. */
  claimTasks(claim: { agent: string; limit: number; now: number }): Promise<readonly TaskRecord[]>;
  /** The deliveries of `task.started`. Resolves with whether they were written: a second call for the same task writes none. */
  recordStart(start: {
    taskId: string;
    fence: number;
    at: number;
    deliveries: readonly NewDelivery[];
  }): Promise<boolean>;
  recordUsage(usage: { taskId: string; fence: number; usage: Usage; notes?: unknown }): Promise<void>;
  /** @throws {StaleFence} when another worker holds the task, or it is over. */
  recordOutcome(outcome: Outcome): Promise<{ readonly task: TaskRecord } & Release>;
  /** Gives a running task back to the queue. `crashed`: it counts as a crash; else the attempt is taken back. */
  requeueTask(requeue: { taskId: string; fence: number; at: number; crashed: boolean }): Promise<void>;
  /**
   * Cancels a task that waits. `running` when it must be cancelled by its worker, `over` when it is too late. With `wish`
   * a running one has the reason as its {@linkcode TaskRecord.cancelReason} from then on, whatever becomes of its worker.
   */
  cancelWaiting(cancel: {
    taskId: string;
    at: number;
    reason: string;
    deliveries: readonly NewDelivery[];
    wish?: boolean | undefined;
  }): Promise<{ readonly outcome: 'cancelled' | 'running' | 'over' | 'unknown' } & Release>;
  getTask(id: string): Promise<TaskRecord | undefined>;
  listTasks(filter: TaskFilter): Promise<Page<TaskRecord>>;

  /** Marks up to `limit` ready deliveries of the endpoint as attempting, oldest first. Expired ones go dead instead (`dead`). */
  claimDeliveries(claim: {
    endpoint: string;
    limit: number;
    now: number;
  }): Promise<{ claimed: readonly DeliveryRecord[]; dead: readonly DeliveryDead[] }>;
  /**
   * `event`: what it made of the delivery, as it stands in the stream; undefined where that only waits again. `news`: what
   * the breaker that came with the settlement changed.
   * @throws {StaleFence}
   */
  settleDelivery(
    settlement: Settlement,
  ): Promise<{ event: DeliveryEvent | undefined; news: readonly EndpointNews[] }>;
  /**
   * A dead delivery starts afresh, under its own id. Undefined when it is not dead or not known, and where it was dead from
   * the start: it has nothing to send.
   */
  replayDelivery(id: string, now: number, expiresAt: number): Promise<DeliveryRecord | undefined>;
  /**
   * What waits of the endpoint goes dead with this reason; what is under way is left to its worker. Some of them at a
   * time, since there may be a million: until none is left the caller goes on.
   */
  buryDeliveries(endpoint: string, reason: string, now: number): Promise<readonly DeliveryDead[]>;
  /** One delivery that belongs to no task (a test of a notification). */
  addDelivery(delivery: NewDelivery): Promise<void>;
  getDelivery(id: string): Promise<DeliveryRecord | undefined>;
  listDeliveries(filter: DeliveryFilter): Promise<Page<DeliveryRecord>>;

  listEndpoints(): Promise<readonly EndpointRecord[]>;
  /** A fresh one, closed and not paused, where none is known. */
  getEndpoint(endpoint: string): Promise<EndpointRecord>;
  /** Resolves with what it changed, at `now`. */
  saveEndpoint(endpoint: EndpointRecord, now: number): Promise<readonly EndpointNews[]>;
  /** Endpoints that have deliveries which are not over. */
  endpointsWithWork(): Promise<readonly string[]>;
  /** Agents that have tasks which are not over. */
  agentsWithWork(): Promise<readonly string[]>;

  /** Makes claimable what has come due, and expires what is too old: a part of it, where `more` says so. */
  promoteDue(
    now: number,
  ): Promise<ReadyRows & { readonly dead: readonly DeliveryDead[]; readonly more: boolean }>;
  /** The earliest time at which {@linkcode promoteDue} will find something. */
  nextDueAt(): Promise<number | undefined>;
  /**
   * How many tasks and deliveries wait, till after `after`, for a time that was counted from one after it, which the clock
   * has not come to. Of many no more than some.
   */
  waitsFromAfter(after: number): Promise<number>;
  /**
   * Those waits begin anew at `now`: each takes as long as it was to take, but none till after `after`. Some of them at a
   * time, since there may be a million: until it resolves with 0 the caller goes on.
   */
  restartWaits(after: number, now: number): Promise<number>;

  listTriggers(): Promise<readonly TriggerRecord[]>;
  saveTriggers(triggers: readonly TriggerRecord[]): Promise<void>;
  /** Records that something did not run; with `instant` it also moves the schedule's last instant forward, in the same commit. */
  skip(skip: {
    agent: string;
    trigger: string;
    reason: SkipReason;
    at: number;
    count?: number | undefined;
    instant?: number | undefined;
  }): Promise<void>;
  listSkips(filter: SkipFilter): Promise<Page<SkipRecord>>;

  /** Events after `sequence`, oldest first. */
  listEvents(after: number, limit: number): Promise<readonly EventRecord[]>;
  /** The sequence of the newest event; 0 when there is none. */
  lastEvent(): Promise<number>;
  /** The events of one task, oldest first; of more than 1,000, the newest. */
  taskEvents(taskId: string): Promise<readonly EventRecord[]>;
  queueDepths(): Promise<readonly QueueDepth[]>;
  /**
   * How many tasks of all agents wait, as of the latest commit that is known here: what
   * {@linkcode Admission.queueLimit} bounds. Told at once, since it is asked before each webhook call is read.
   */
  waitingTasks(): number;

  /**
   * Deletes finished tasks, settled deliveries, skips and events from before `before`, but no task whose delivery keys
   * still count at `now`; returns how many of these rows went. With them go endpoints that nothing waits for, that
   * nobody paused and whose breaker has not changed since `before`, if it is closed or of a callback's origin; and what
   * says no more than no row would: queues without tasks and buckets that are full at `now`.
   */
  prune(before: number, now: number): Promise<number>;
  /** Resolves when a small commit went through; rejects with the reason when the journal cannot write. */
  probe(now: number): Promise<void>;
  /** How long the latest commits took, in milliseconds, for the metrics: called with each commit's time. */
  onCommit(listener: (ms: number, operations: number) => void): void;
  close(): Promise<void>;
}
