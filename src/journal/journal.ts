// The port of the journal, in the words of the domain. Every method is a promise: a writer on its own
// thread or a database over the network looks the same to the caller. Whatever a method resolves with is
// committed and synced; what is asked for first is written first. All times are wall milliseconds; all text is stored as given: the caller redacts.

import type {
  DeliveryStatus,
  NotificationEvent,
  SkipReason,
  TaskStatus,
  TerminalStatus,
  Usage,
} from '../core/events.ts';
import type { FailureData } from '../core/failure.ts';
import type { TriggerType } from '../core/ids.ts';

export interface TaskRecord {
  readonly id: string;
  readonly agent: string;
  /** The trigger's id in its agent; `manual` for tasks that somebody started by hand. */
  readonly trigger: string;
  readonly triggerType: TriggerType;
  readonly status: TaskStatus;
  /** Why the task is in its state, where that needs a word: `crash_loop`, `replaced`, … */
  readonly reason: string | undefined;
  readonly input: string;
  readonly result: string | undefined;
  readonly error: FailureData | undefined;
  /** Attempts that were started. */
  readonly attempt: number;
  /** Attempts that a dying process cut off. */
  readonly crashes: number;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** Not to be claimed before. */
  readonly dueAt: number | undefined;
  /** The instant of the schedule that made it. */
  readonly scheduledAt: number | undefined;
  /** Tasks of one agent with one group run one after another. */
  readonly group: string | undefined;
  readonly callbackUrl: string | undefined;
  /** The `traceparent` of what made it, where that was traced. */
  readonly traceparent: string | undefined;
  /** How many webhook calls it stands for. */
  readonly count: number;
  readonly usage: Usage | undefined;
  /** What the agent noted beside its result (a command's stderr, tool calls), as JSON. */
  readonly notes: unknown;
  /** Grows with each claim; a worker with an older one cannot write. */
  readonly fence: number;
}

export interface NewTask {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly triggerType: TriggerType;
  readonly input: string;
  readonly createdAt: number;
  readonly dueAt?: number | undefined;
  readonly scheduledAt?: number | undefined;
  readonly group?: string | undefined;
  readonly callbackUrl?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** What a task must pass to be admitted; all checks and the insert are one commit. Checked in the order of the fields. */
export interface Admission {
  readonly task: NewTask;
  /** Waiting tasks beyond which nothing is admitted. */
  readonly queueLimit: number;
  /** The schedule instant; a second admission of it is `instant_taken`. Also moves the trigger's last instant forward. */
  readonly instant?: number | undefined;
  /** Keys of the sender's delivery; any one already known, of a task that has not failed or been cancelled, is a `duplicate`. */
  readonly repeat?: { readonly keys: readonly string[]; readonly until: number } | undefined;
  /** A token bucket for the trigger. */
  readonly rate?: RateLimit | undefined;
  /** Tasks that this agent may be given within the last hour. */
  readonly hourly?: number | undefined;
  /** What to do while a task of the same `task.group` is not over. Absent: it waits for its turn (`queue_all`). */
  readonly overlap?: 'skip' | 'queue' | 'queue_all' | 'replace' | undefined;
  /**
   * The deliveries that the cancellation of each waiting task causes which this admission cancels, by the task's id.
   * Where one of them is not in it nothing is written, and `displaces` tells which they are. Absent: they cause none.
   */
  readonly displaced?: ReadonlyMap<string, readonly NewDelivery[]> | undefined;
  /**
   * Joins the waiting task of this key, if it still waits and stands for `count` calls (0: expects none):
   * its input becomes `task.input`. With another count nothing is written and `stale` tells the true one.
   */
  readonly coalesce?: { readonly key: string; readonly count: number } | undefined;
}

/** `burst` calls at once, then one each `intervalMs`. */
export interface RateLimit {
  readonly burst: number;
  readonly intervalMs: number;
}

export type AdmissionResult =
  | {
      readonly outcome: 'admitted';
      readonly task: TaskRecord;
      /** May be claimed at once (neither due later nor behind another of its group). */
      readonly ready: boolean;
      /** `replace`: running tasks of the group that must now be cancelled. */
      readonly replaces: readonly string[];
      /** `queue` and `replace`: waiting tasks that were cancelled in the same commit. */
      readonly displaced: readonly TaskRecord[];
    }
  | { readonly outcome: 'coalesced'; readonly task: TaskRecord }
  | { readonly outcome: 'stale'; readonly count: number }
  /** The tasks that would be cancelled, with the reason that they would have. */
  | { readonly outcome: 'displaces'; readonly tasks: readonly TaskRecord[] }
  | { readonly outcome: 'duplicate'; readonly task: TaskRecord }
  | { readonly outcome: 'instant_taken' }
  | { readonly outcome: 'overlap' }
  | { readonly outcome: 'rate_limited' | 'budget'; readonly retryAfterMs: number }
  | { readonly outcome: 'queue_full' };

/** An attempt's end. The deliveries that it causes are part of the same commit. */
export interface Outcome {
  readonly taskId: string;
  readonly fence: number;
  readonly at: number;
  readonly end:
    | { readonly status: 'completed'; readonly result: string }
    | { readonly status: 'failed'; readonly error: FailureData; readonly reason?: string }
    | { readonly status: 'cancelled'; readonly reason: string }
    | { readonly status: 'retrying'; readonly error: FailureData; readonly dueAt: number };
  readonly usage?: Usage | undefined;
  readonly notes?: unknown;
  readonly deliveries: readonly NewDelivery[];
}

export interface NewDelivery {
  /** The `webhook-id`. */
  readonly id: string;
  readonly taskId: string;
  readonly agent: string;
  /** The notification's id; `callback` for a callback. */
  readonly notification: string;
  readonly event: NotificationEvent;
  /** What shares a breaker: `AGENT/NOTIFICATION`, or `callback:ORIGIN`. */
  readonly endpoint: string;
  /** Only of callbacks; a notification's URL is read from the config when it is sent. */
  readonly url: string | undefined;
  readonly body: string;
  readonly createdAt: number;
  /** Goes dead as `expired` when it has not been delivered by then. */
  readonly expiresAt: number;
  /** The `traceparent` of the attempt at the task that caused it, where that was traced. */
  readonly traceparent?: string | undefined;
  /** Set where it can never be sent (its body is no JSON, …): it starts in the dead letters. */
  readonly dead?: string | undefined;
}

export interface AttemptRecord {
  readonly at: number;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly error: string | undefined;
  /** The first 2 KiB of the answer, redacted. */
  readonly answer: string | undefined;
}

export interface DeliveryRecord extends Omit<NewDelivery, 'dead'> {
  readonly status: DeliveryStatus;
  readonly reason: string | undefined;
  /** Attempts that count against `max_attempts` since the start or the last replay. */
  readonly attemptsUsed: number;
  readonly nextAttemptAt: number | undefined;
  readonly fence: number;
  /** Oldest first, of all lives of the delivery. */
  readonly attempts: readonly AttemptRecord[];
}

/** What became of one attempt, or of a claim that made none. */
export interface Settlement {
  readonly id: string;
  readonly fence: number;
  readonly at: number;
  /** Absent when the claim is given back without an attempt. */
  readonly attempt?: AttemptRecord | undefined;
  /** Whether the attempt counts against `max_attempts`; probes of an open breaker do not. */
  readonly counts: boolean;
  readonly next:
    | { readonly status: 'delivered' }
    | { readonly status: 'backoff'; readonly nextAttemptAt: number }
    | { readonly status: 'dead'; readonly reason: string }
    | { readonly status: 'pending' };
  /** The breaker as it stands after the attempt; part of the commit. */
  readonly endpoint?: EndpointRecord | undefined;
}

export interface EndpointRecord {
  readonly endpoint: string;
  readonly state: 'closed' | 'open' | 'probing';
  /** Failed attempts in a row. */
  readonly failures: number;
  /** When an open breaker sends its next probe. */
  readonly probeAt: number | undefined;
  /** The wait before the probe after that, in milliseconds. */
  readonly probeDelay: number | undefined;
  /** Why it is paused (`gone` after a 410, `operator`); undefined while it is not. */
  readonly paused: string | undefined;
}

/** What is remembered of a trigger between runs of the process. */
export interface TriggerRecord {
  readonly agent: string;
  readonly trigger: string;
  /** A hash of what decides its instants; another one means: start from now. */
  readonly fingerprint: string;
  /** All instants up to here are dealt with. Undefined for webhooks. */
  readonly lastInstant: number | undefined;
  readonly paused: boolean;
}

export interface SkipRecord {
  readonly agent: string;
  readonly trigger: string;
  readonly reason: SkipReason;
  /** The start of the minute that the row counts. */
  readonly at: number;
  readonly count: number;
}

export interface EventRecord {
  /** Grows by commit order: the id of the event stream. */
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly agent: string | undefined;
  readonly taskId: string | undefined;
  readonly data: unknown;
}

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
  /** The live or completed task that one of the keys belongs to. */
  findRepeat(
    agent: string,
    trigger: string,
    keys: readonly string[],
    now: number,
  ): Promise<TaskRecord | undefined>;
  /** Whether the bucket has a token, without taking it: milliseconds until it has one, 0 when it has. */
  peekRate(agent: string, trigger: string, rate: RateLimit, now: number): Promise<number>;
  /** Milliseconds until the agent may be given another of `hourly` tasks an hour, 0 when it may now. */
  peekHour(agent: string, hourly: number, now: number): Promise<number>;
  /** How many calls the waiting task of this key stands for; 0 when there is none. */
  coalesceCount(agent: string, trigger: string, key: string, now: number): Promise<number>;

  /** Marks up to `limit` ready tasks as running, oldest first, and hands them out with a new fence. */
  claimTasks(claim: { agent: string; limit: number; now: number }): Promise<readonly TaskRecord[]>;
  /** The deliveries of `task.started`. A second call for the same task writes none. */
  recordStart(start: {
    taskId: string;
    fence: number;
    at: number;
    deliveries: readonly NewDelivery[];
  }): Promise<void>;
  recordUsage(usage: { taskId: string; fence: number; usage: Usage; notes?: unknown }): Promise<void>;
  /** @throws {StaleFence} when another worker holds the task, or it is over. `released`: a task of its group became ready. */
  recordOutcome(outcome: Outcome): Promise<{ task: TaskRecord; released: boolean }>;
  /** Gives a running task back to the queue. `crashed`: it counts as a crash; else the attempt is taken back. */
  requeueTask(requeue: { taskId: string; fence: number; at: number; crashed: boolean }): Promise<void>;
  /** Cancels a task that waits. `running` when it must be cancelled by its worker, `over` when it is too late. */
  cancelWaiting(cancel: {
    taskId: string;
    at: number;
    reason: string;
    deliveries: readonly NewDelivery[];
  }): Promise<'cancelled' | 'running' | 'over' | 'unknown'>;
  getTask(id: string): Promise<TaskRecord | undefined>;
  listTasks(filter: TaskFilter): Promise<Page<TaskRecord>>;

  /** Marks up to `limit` ready deliveries of the endpoint as attempting, oldest first. Expired ones go dead instead. */
  claimDeliveries(claim: {
    endpoint: string;
    limit: number;
    now: number;
  }): Promise<readonly DeliveryRecord[]>;
  /** @throws {StaleFence} */
  settleDelivery(settlement: Settlement): Promise<DeliveryRecord>;
  /** A dead delivery starts afresh, under its own id. Undefined when it is not dead or not known. */
  replayDelivery(id: string, now: number, expiresAt: number): Promise<DeliveryRecord | undefined>;
  /** Everything of the endpoint that waits goes dead with this reason; what is under way is left to its worker. */
  buryDeliveries(endpoint: string, reason: string, now: number): Promise<number>;
  /** One delivery that belongs to no task (a test of a notification). */
  addDelivery(delivery: NewDelivery): Promise<void>;
  getDelivery(id: string): Promise<DeliveryRecord | undefined>;
  listDeliveries(filter: DeliveryFilter): Promise<Page<DeliveryRecord>>;

  listEndpoints(): Promise<readonly EndpointRecord[]>;
  /** A fresh one, closed and not paused, where none is known. */
  getEndpoint(endpoint: string): Promise<EndpointRecord>;
  saveEndpoint(endpoint: EndpointRecord): Promise<void>;
  /** Endpoints that have deliveries which are not over. */
  endpointsWithWork(): Promise<readonly string[]>;
  /** Agents that have tasks which are not over. */
  agentsWithWork(): Promise<readonly string[]>;

  /** Makes claimable what has come due, and expires what is too old. */
  promoteDue(now: number): Promise<ReadyRows & { readonly expired: number }>;
  /** The earliest time at which {@linkcode promoteDue} will find something. */
  nextDueAt(): Promise<number | undefined>;

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
  /** The events of one task, oldest first, at most 1,000. */
  taskEvents(taskId: string): Promise<readonly EventRecord[]>;
  queueDepths(): Promise<readonly QueueDepth[]>;
  /**
   * How many tasks of all agents wait, as of the latest commit that is known here: what
   * {@linkcode Admission.queueLimit} bounds. Told at once, since it is asked before each webhook call is read.
   */
  waitingTasks(): number;

  /**
   * Deletes finished tasks, settled deliveries, skips and events from before `before`, but no task whose delivery keys
   * still count at `now`. Returns how many rows went.
   */
  prune(before: number, now: number): Promise<number>;
  /** Resolves when a small commit went through; rejects with the reason when the journal cannot write. */
  probe(now: number): Promise<void>;
  /** How long the latest commits took, in milliseconds, for the metrics: called with each commit's time. */
  onCommit(listener: (ms: number, operations: number) => void): void;
  close(): Promise<void>;
}

/** The worker's claim is over: another one holds the row, or it has ended. Nothing was written. */
export class StaleFence extends Error {
  /** `task ID` or `delivery ID`. */
  readonly what: string;

  constructor(what: string) {
    super(`${what} is no longer held by this worker`);
    this.name = 'StaleFence';
    this.what = what;
  }
}

/** The journal cannot write now (disk full, I/O error). Nothing of the operation was written; it may be tried again. */
export class JournalUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the journal cannot write: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'JournalUnavailable';
  }
}

/** The cursor did not come from a page of the journal. */
export class InvalidCursor extends Error {
  readonly cursor: string;

  constructor(cursor: string) {
    super(`Cannot list from the cursor ${JSON.stringify(cursor)}: it came from no page of this list`);
    this.name = 'InvalidCursor';
    this.cursor = cursor;
  }
}

/** Whether the status is one that never changes again. */
export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
