import type { Clock } from '../../core/clock.ts';
import { JournalUnavailable } from '../errors.ts';
import type { Journal } from '../journal.ts';
import { admitTask } from './admission.ts';
import { joinable } from './coalesce.ts';
import type { Connection } from './connection.ts';
import { buryDeliveries, replayDelivery } from './dead-letters.ts';
import { getDelivery, insertDelivery } from './delivery-rows.ts';
import { claimDeliveries, settleDelivery } from './delivery-work.ts';
import { agentsWithWork, queueDepths, waitingTasks } from './depths.ts';
import { nextDueAt, promoteDue } from './due.ts';
import { endpointsWithWork, getEndpoint, listEndpoints, saveEndpoint } from './endpoints.ts';
import { lastEvent, listEvents, taskEvents } from './events.ts';
import { listDeliveries, listSkips, listTasks } from './lists.ts';
import { waitForHour, waitForToken } from './rates.ts';
import { newestTaskNanos, recover } from './recovery.ts';
import { findRepeat } from './repeats.ts';
import { prune } from './retention.ts';
import { integer } from './row.ts';
import { recordSkip } from './skips.ts';
import { cancelWaiting, recordOutcome } from './task-ends.ts';
import { getTask } from './task-rows.ts';
import { claimTasks, recordStart, recordUsage, requeueTask } from './task-work.ts';
import { listTriggers, saveTrigger } from './triggers.ts';
import { restartWaits, waitsFromAfter } from './waits.ts';
import { GroupWriter } from './writer.ts';

/** The journal over an open connection whose schema is current. `onClose` runs after the connection is closed. */
export function sqliteJournal(connection: Connection, clock: Clock, onClose: () => void): Journal {
  const writer = new GroupWriter(connection, clock);
  let closed = false;
  const write = <Result>(operation: () => Result) => writer.write(operation);
  // Between two commits the connection shows committed rows only, so a read needs no transaction.
  const read = async <Result>(query: () => Result): Promise<Result> => {
    if (closed) throw new JournalUnavailable('it is closed');
    return query();
  };

  return {
    recover: (now) => write(() => recover(connection, now)),
    newestTaskNanos: () => read(() => newestTaskNanos(connection)),

    admitTask: (admission) => write(() => admitTask(connection, admission)),
    findRepeat: (agent, trigger, keys, now) => read(() => findRepeat(connection, agent, trigger, keys, now)),
    peekRate: (agent, trigger, rate, now) => read(() => waitForToken(connection, agent, trigger, rate, now)),
    peekHour: (agent, hourly, now) => read(() => waitForHour(connection, agent, hourly, now)),
    coalesceCount: (agent, trigger, key, now) =>
      read(() => {
        const row = joinable(connection, agent, trigger, key, now);
        return row === undefined ? 0 : integer(row, 'calls');
      }),

    claimTasks: (claim) => write(() => claimTasks(connection, claim)),
    recordStart: (start) => write(() => recordStart(connection, start)),
    recordUsage: (usage) => write(() => recordUsage(connection, usage)),
    recordOutcome: (outcome) => write(() => recordOutcome(connection, outcome)),
    requeueTask: (requeue) => write(() => requeueTask(connection, requeue)),
    cancelWaiting: (cancel) => write(() => cancelWaiting(connection, cancel)),
    getTask: (id) => read(() => getTask(connection, id)),
    listTasks: (filter) => read(() => listTasks(connection, filter)),

    claimDeliveries: (claim) => write(() => claimDeliveries(connection, claim)),
    settleDelivery: (settlement) => write(() => settleDelivery(connection, settlement)),
    replayDelivery: (id, _now, expiresAt) => write(() => replayDelivery(connection, id, expiresAt)),
    buryDeliveries: (endpoint, reason, now) => write(() => buryDeliveries(connection, endpoint, reason, now)),
    addDelivery: (delivery) => write(() => insertDelivery(connection, delivery)),
    getDelivery: (id) => read(() => getDelivery(connection, id)),
    listDeliveries: (filter) => read(() => listDeliveries(connection, filter)),

    getEndpoint: (endpoint) => read(() => getEndpoint(connection, endpoint)),
    listEndpoints: () => read(() => listEndpoints(connection)),
    saveEndpoint: (endpoint, now) => write(() => saveEndpoint(connection, endpoint, now)),
    endpointsWithWork: () => read(() => endpointsWithWork(connection)),
    agentsWithWork: () => read(() => agentsWithWork(connection)),

    promoteDue: (now) => write(() => promoteDue(connection, now)),
    nextDueAt: () => read(() => nextDueAt(connection)),
    waitsFromAfter: (after) => read(() => waitsFromAfter(connection, after)),
    restartWaits: (after, now) => write(() => restartWaits(connection, after, now)),

    listTriggers: () => read(() => listTriggers(connection)),
    saveTriggers: (triggers) =>
      write(() => {
        for (const trigger of triggers) saveTrigger(connection, trigger, clock.now());
      }),
    skip: (skip) => write(() => recordSkip(connection, skip)),
    listSkips: (filter) => read(() => listSkips(connection, filter)),

    listEvents: (after, limit) => read(() => listEvents(connection, after, limit)),
    lastEvent: () => read(() => lastEvent(connection)),
    taskEvents: (taskId) => read(() => taskEvents(connection, taskId)),
    queueDepths: () => read(() => queueDepths(connection)),
    waitingTasks: () => (closed ? 0 : waitingTasks(connection)),

    async prune(before, now) {
      let total = 0;
      let eventsAfter = 0;
      for (;;) {
        const after = eventsAfter;
        const step = await write(() => prune(connection, before, now, after));
        total += step.deleted;
        eventsAfter = step.eventsAfter;
        if (!step.more) return total;
      }
    },
    probe: (now) =>
      write(() => {
        // The count, because SQLite writes nothing when a row stays as it is: two probes in one millisecond.
        connection.run('UPDATE probes SET at = ?, count = count + 1', now);
      }),
    onCommit: (listener) => writer.onCommit(listener),
    async close() {
      if (closed) return;
      closed = true;
      writer.close();
      try {
        // So that the one file holds everything while nobody runs.
        connection.get('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        connection.close();
        onClose();
      }
    },
  };
}
