// What is written of a task when it starts, ends or is cancelled, with the deliveries that it causes and who is told.
import type { Outcome, TaskRecord } from '../journal/tasks.ts';
import { taskDeliveries } from '../notifications/outbox.ts';
import { eventOf } from '../tasks/attempt.ts';
import { endLeftBehindOf } from './left-behind.ts';
import { agentPlan, announce, type World } from './world.ts';

/** Commits the deliveries of `task.started`, where there are any. */
export async function recordStart(world: World, task: TaskRecord): Promise<void> {
  const at = world.clock.now();
  const { traceparent } = world.taskSpans.begin(task);
  const happening = { event: 'task.started', at, traceparent } as const;
  const deliveries = taskDeliveries(world, agentPlan(world, task.agent), task, happening);
  if (deliveries.length === 0) return;
  const written = await world.journal.recordStart({ taskId: task.id, fence: task.fence, at, deliveries });
  if (written) announce(world, deliveries);
}

/** Commits a task's end with the deliveries that it causes, and wakes whoever can go on. */
export async function recordOutcome(
  world: World,
  task: TaskRecord,
  end: Outcome['end'],
  at: number,
  notes?: unknown,
) {
  const deliveries = outcomeDeliveries(world, task, end, at);
  const { released, dueAt } = await world.journal.recordOutcome({
    taskId: task.id,
    fence: task.fence,
    at,
    end,
    notes,
    deliveries,
  });
  if (end.status === 'cancelled') endLeftBehindOf(world, task);
  world.taskSpans.end(
    task,
    end.status,
    'error' in end ? `${end.error.code}: ${end.error.message}` : undefined,
  );
  if (released) world.wake({ agents: [task.agent] });
  if (dueAt !== undefined) world.dueAt(dueAt);
  announce(world, deliveries);
  if (end.status === 'retrying') world.dueAt(end.dueAt);
  return { status: end.status, released, event: eventOf(task, end, at) };
}

/** Cancels a task that waits or runs. `over`: it had ended before. */
export async function cancelTask(
  world: World,
  taskId: string,
  reason: string,
): Promise<'cancelled' | 'cancelling' | 'over' | 'unknown'> {
  const task = await world.journal.getTask(taskId);
  if (task === undefined) return 'unknown';
  const outcome = await cancelWaiting(world, task, reason, { wish: true });
  if (outcome !== 'running') return outcome;
  world.cancel(task.agent, taskId, reason);
  return 'cancelling';
}

/**
 * Cancels a task that waits; one that runs, or is over, is left alone. `wish`: that one which runs is to be cancelled is
 * put on record, so that a crash does not undo it.
 */
export async function cancelWaiting(
  world: World,
  task: TaskRecord,
  reason: string,
  { wish }: { readonly wish: boolean },
) {
  const { id: taskId, agent, trigger } = task;
  const at = world.clock.now();
  const deliveries = outcomeDeliveries(world, task, { status: 'cancelled', reason }, at);
  const { outcome, dueAt } = await world.journal.cancelWaiting({ taskId, at, reason, deliveries, wish });
  if (outcome === 'cancelled') {
    // No next attempt will end what the one that was cut off left running.
    endLeftBehindOf(world, task);
    const durationMs = at - (task.startedAt ?? task.createdAt);
    world.bus.publish({ type: 'task.cancelled', taskId, agent, trigger, at, durationMs, reason });
    world.wake({ agents: [agent] });
    if (dueAt !== undefined) world.dueAt(dueAt);
    announce(world, deliveries);
  }
  return outcome;
}

/** The deliveries that a task's end causes. */
export function outcomeDeliveries(world: World, task: TaskRecord, end: Outcome['end'], at: number) {
  return taskDeliveries(world, agentPlan(world, task.agent), task, {
    event: `task.${end.status}`,
    at,
    result: end.status === 'completed' ? end.result : undefined,
    error: end.status === 'failed' || end.status === 'retrying' ? end.error.message : undefined,
    reason: end.status === 'cancelled' ? end.reason : undefined,
    traceparent: world.taskSpans.parentOf(task),
  });
}
