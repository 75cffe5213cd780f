import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../core/clock.ts';
import { errorMessage } from '../../../core/failure.ts';
import { JournalUnavailable } from '../../errors.ts';
import type { Journal } from '../../journal.ts';
import type { CommitListener } from '../writer.ts';
import { receiveError } from './errors.ts';
import type { Call, FromThread, Method, Reply } from './messages.ts';

export interface JournalThreadOptions {
  /** The journal's file. */
  readonly path: string;
  /** Groups what is asked in one turn of the event loop; the thread has a clock of its own. */
  readonly clock: Clock;
  /** The thread's program, for tests; by default the one beside this module. */
  readonly script?: URL | undefined;
}

/**
 * Opens the SQLite journal at `path` on a thread of its own, so that neither its statements nor its syncs hold up the
 * event loop. Everything else is as {@linkcode openSqliteJournal} says, what it throws included; an error of a call
 * that is none of the port's arrives as an `Error` with its message.
 */
export async function openSqliteJournalThread(options: JournalThreadOptions): Promise<Journal> {
  const thread = new JournalThread(options);
  await thread.opened;
  return portOver(thread);
}

/** Bundled into dist/, or as it stands in src/. */
const script = import.meta.url.endsWith('.ts') ? './entry.ts' : './journal-thread.js';

/**
 * Calls in one message. With all calls of a turn in one, the two threads would work by turns under load: the one would
 * stand still while the other goes through the whole list.
 */
const mostCalls = 16;

interface Waiting {
  resolve(result: unknown): void;
  reject(reason: Error): void;
}

class JournalThread {
  /** Resolves when the journal is open; rejects with what kept it from opening. */
  readonly opened: Promise<void>;
  readonly listeners: CommitListener[] = [];
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #calls: Call[] = [];
  #lastId = 0;
  #tasksWaiting = 0;
  /** Why no call can be made any more. */
  #over: string | undefined;

  constructor({ path, clock, script: given }: JournalThreadOptions) {
    this.#clock = clock;
    this.#worker = new Worker(given ?? new URL(script, import.meta.url), { workerData: path });
    this.opened = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromThread) => {
        if (message.type === 'replies') return this.#settle(message);
        if (message.type === 'failed') {
          reject(receiveError(message.error));
          void this.#worker.terminate();
          return;
        }
        this.#tasksWaiting = message.waiting;
        resolve();
      });
      const end = (why: string) => {
        this.#end(why);
        reject(new JournalUnavailable(why));
      };
      this.#worker.on('error', (thrown) => end(`its thread failed: ${errorMessage(thrown)}`));
      this.#worker.on('exit', () => end('its thread has ended'));
    });
  }

  get tasksWaiting(): number {
    return this.#tasksWaiting;
  }

  call<Name extends Method>(
    method: Name,
    args: Parameters<Journal[Name]>,
  ): Promise<Awaited<ReturnType<Journal[Name]>>> {
    if (this.#over !== undefined) return Promise.reject(new JournalUnavailable(this.#over));
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#calls.push({ id: this.#lastId, method, args });
      if (this.#calls.length === 1) this.#clock.nextTurn(() => this.#send());
      if (this.#calls.length === mostCalls) this.#send();
    });
  }

  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    const closed = this.call('close', []);
    this.#over = 'it is closed';
    try {
      await closed;
    } finally {
      await this.#worker.terminate();
    }
  }

  #send(): void {
    const calls = this.#calls;
    if (calls.length === 0) return;
    this.#calls = [];
    this.#worker.postMessage(calls);
  }

  #settle({ replies, commits, waiting }: Extract<FromThread, { type: 'replies' }>): void {
    this.#tasksWaiting = waiting;
    for (const reply of replies) this.#take(reply);
    for (const [ms, operations] of commits) for (const listener of this.listeners) listener(ms, operations);
  }

  #take(reply: Reply): void {
    const asked = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(receiveError(reply.error));
    else asked?.resolve(reply.result);
  }

  #end(why: string): void {
    this.#over ??= why;
    for (const { reject } of this.#waiting.values()) reject(new JournalUnavailable(why));
    this.#waiting.clear();
  }
}

function portOver(thread: JournalThread): Journal {
  const asking =
    <Name extends Method>(method: Name) =>
    (...args: Parameters<Journal[Name]>) =>
      thread.call(method, args);
  return {
    recover: asking('recover'),
    newestTaskNanos: asking('newestTaskNanos'),
    admitTask: asking('admitTask'),
    findRepeat: asking('findRepeat'),
    peekRate: asking('peekRate'),
    peekHour: asking('peekHour'),
    coalesceCount: asking('coalesceCount'),
    claimTasks: asking('claimTasks'),
    recordStart: asking('recordStart'),
    recordUsage: asking('recordUsage'),
    recordOutcome: asking('recordOutcome'),
    requeueTask: asking('requeueTask'),
    cancelWaiting: asking('cancelWaiting'),
    getTask: asking('getTask'),
    listTasks: asking('listTasks'),
    claimDeliveries: asking('claimDeliveries'),
    settleDelivery: asking('settleDelivery'),
    replayDelivery: asking('replayDelivery'),
    buryDeliveries: asking('buryDeliveries'),
    addDelivery: asking('addDelivery'),
    getDelivery: asking('getDelivery'),
    listDeliveries: asking('listDeliveries'),
    listEndpoints: asking('listEndpoints'),
    getEndpoint: asking('getEndpoint'),
    saveEndpoint: asking('saveEndpoint'),
    endpointsWithWork: asking('endpointsWithWork'),
    agentsWithWork: asking('agentsWithWork'),
    promoteDue: asking('promoteDue'),
    nextDueAt: asking('nextDueAt'),
    waitsFromAfter: asking('waitsFromAfter'),
    restartWaits: asking('restartWaits'),
    listTriggers: asking('listTriggers'),
    saveTriggers: asking('saveTriggers'),
    skip: asking('skip'),
    listSkips: asking('listSkips'),
    listEvents: asking('listEvents'),
    lastEvent: asking('lastEvent'),
    taskEvents: asking('taskEvents'),
    queueDepths: asking('queueDepths'),
    prune: asking('prune'),
    probe: asking('probe'),
    waitingTasks: () => thread.tasksWaiting,
    onCommit: (listener) => thread.listeners.push(listener),
    close: () => thread.close(),
  };
}
