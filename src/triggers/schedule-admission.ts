// What happens when instants of a schedule have come: each becomes a task or a record of why not, in a commit
// of its own that also moves the trigger's last instant forward. A process that dies in between goes on there.
import type { Clock } from '../core/clock.ts';
import type { CallboardEvent, SkipReason } from '../core/events.ts';
import { errorMessage } from '../core/failure.ts';
import type { IdSource } from '../core/ids.ts';
import type { Tracer } from '../core/trace.ts';
import type { NewDelivery } from '../journal/deliveries.ts';
import type { Journal } from '../journal/journal.ts';
import type { NewTask, TaskRecord } from '../journal/tasks.ts';
import type { SchedulePlan } from '../plan/plan.ts';
import { scheduleInput } from '../plan/schedule-input.ts';
import {
  type DueInstant,
  dueInstants,
  jitterDelay,
  lateTolerance,
  type SkippedInstants,
  scheduleGroup,
} from './schedule-rules.ts';
import { admitInSpan } from './traced-admission.ts';

export interface ScheduleWorld {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly tracer: Tracer;
  readonly publish: (event: CallboardEvent) => void;
  /** Rows of this agent became claimable, or will come due at `dueAt`. */
  readonly wake: (agent: string, dueAt: number | undefined) => void;
  readonly cancel: (agent: string, taskId: string, reason: string) => void;
  /** What the end of a task that another one displaced causes. */
  readonly displacedDeliveries: (task: TaskRecord) => readonly NewDelivery[];
  /** Deliveries of these tasks can be claimed. */
  readonly announce: (deliveries: readonly NewDelivery[]) => void;
  /** It was displaced and will not run (again). */
  readonly displaced: (task: TaskRecord) => void;
  readonly queueLimit: () => number;
  readonly tasksPerHour: (agent: string) => number | undefined;
  /** For the log alone: why an instant does not run. */
  readonly note: (plan: SchedulePlan, what: string, details: Record<string, unknown>) => void;
}

/** The queue is full: the instant is kept and tried again. */
export class QueueFull extends Error {}

export interface DueState {
  readonly lastInstant: number;
  /** Instants up to here came while the trigger was paused. */
  readonly pausedUntil: number | undefined;
  /** Asked before each instant: whether the trigger is still the plan's, and nobody paused it. */
  readonly goesOn: () => boolean;
}

/**
 * Deals with every instant in (lastInstant, now], as long as it goes on.
 * @returns the last instant that is dealt with and, where that is not all, what kept it: {@linkcode QueueFull}, or an
 * error of the journal. What came before is committed, so a later call goes on from there.
 */
export async function admitDueInstants(
  plan: SchedulePlan,
  { lastInstant, pausedUntil = Number.NEGATIVE_INFINITY, goesOn }: DueState,
  world: ScheduleWorld,
): Promise<{ readonly lastInstant: number; readonly trouble: unknown }> {
  const now = world.clock.now();
  const { calendar, missed, missedWindow } = plan;
  const due = dueInstants({ calendar, lastInstant, now, missed, missedWindow });
  const steps = [
    ...due.run.map((run) => ({ at: run.at, run, skipped: undefined })),
    ...due.skipped.map((skipped) => ({ at: skipped.at, run: undefined, skipped })),
    // In the order of time: the last instant only moves forward.
  ].sort((a, b) => a.at - b.at);
  const catchingUp = missed === 'all' && due.run.some(({ late, at }) => late && at > pausedUntil);
  let dealtWith = lastInstant;
  for (const { at, run, skipped } of steps) {
    if (!goesOn()) break;
    try {
      if (at <= pausedUntil) await skip(plan, 'paused', skipped ?? { at, count: 1 }, world);
      else if (skipped !== undefined) await skip(plan, skipped.reason, skipped, world);
      else await admitInstant(plan, run, catchingUp, world);
    } catch (trouble) {
      return { lastInstant: dealtWith, trouble };
    }
    dealtWith = at;
  }
  return { lastInstant: dealtWith, trouble: undefined };
}

async function skip(
  plan: SchedulePlan,
  reason: SkipReason,
  { at, count }: Pick<SkippedInstants, 'at' | 'count'>,
  world: ScheduleWorld,
): Promise<void> {
  const { agent, id: trigger } = plan;
  await world.journal.skip({ agent, trigger, reason, at, count, instant: at });
  world.publish({ type: 'trigger.skipped', agent, trigger, reason, at });
}

async function admitInstant(
  plan: SchedulePlan,
  instant: DueInstant,
  catchingUp: boolean,
  world: ScheduleWorld,
): Promise<void> {
  const { agent, id: trigger, overlap, jitter, missed } = plan;
  const now = world.clock.now();
  const input = inputOf(plan, instant.at, now, world);
  if (input === undefined) return skip(plan, 'invalid_input', { at: instant.at, count: 1 }, world);
  const delay = jitterDelay(agent, trigger, instant.at, jitter);
  const dueAt = instant.late || instant.at + delay <= now ? undefined : instant.at + delay;
  const task: NewTask = {
    id: world.ids.task('schedule', agent),
    agent,
    trigger,
    triggerType: 'schedule',
    input,
    createdAt: now,
    scheduledAt: instant.at,
    dueAt,
    group: overlap === 'allow' && !catchingUp ? undefined : scheduleGroup(trigger),
  };
  const displaced = new Map<string, readonly NewDelivery[]>();
  const result = await admitInSpan(world.tracer, task, async (task) => {
    for (;;) {
      const result = await world.journal.admitTask({
        task,
        instant: instant.at,
        queueLimit: world.queueLimit(),
        hourly: world.tasksPerHour(agent),
        // Instants that were missed run one after another, whatever happens when new ones overlap.
        overlap: overlap === 'allow' || catchingUp ? undefined : overlap,
        sparesLaterThan: missed === 'all' ? lateTolerance : undefined,
        displaced,
      });
      if (result.outcome !== 'displaces') return result;
      for (const task of result.tasks) displaced.set(task.id, world.displacedDeliveries(task));
    }
  });
  switch (result.outcome) {
    case 'admitted':
      for (const task of result.displaced) {
        world.displaced(task);
        const at = task.finishedAt ?? now;
        const about = { taskId: task.id, agent, trigger, at };
        world.publish({
          ...about,
          type: 'task.cancelled',
          durationMs: at - task.createdAt,
          reason: task.reason ?? 'overlap',
        });
      }
      world.announce(result.displaced.flatMap((task) => displaced.get(task.id) ?? []));
      for (const taskId of result.replaces) world.cancel(agent, taskId, 'replaced');
      world.publish({ type: 'task.queued', taskId: task.id, agent, trigger, at: now });
      if (result.ready || dueAt !== undefined) world.wake(agent, dueAt);
      return;
    case 'overlap':
    case 'budget':
      world.publish({ type: 'trigger.skipped', agent, trigger, reason: result.outcome, at: instant.at });
      return;
    case 'instant_taken':
      return;
    case 'queue_full':
      throw new QueueFull(`the queue is full: trigger "${trigger}" of agent "${agent}" waits`);
    case 'coalesced':
    case 'stale':
    case 'duplicate':
    case 'rate_limited':
      throw new Error(`an instant was answered with "${result.outcome}", which is for webhooks`);
  }
}

/** The input of the instant's task; undefined where its template fails, which another try would not change. */
function inputOf(plan: SchedulePlan, at: number, now: number, world: ScheduleWorld): string | undefined {
  try {
    return scheduleInput(plan, at, now);
  } catch (thrown) {
    world.note(plan, 'an instant cannot run', {
      instant: new Date(at).toISOString(),
      error: errorMessage(thrown),
    });
    return undefined;
  }
}
