// Tasks that ran when their process died, or whose actor failed: whether they run again, and what becomes of their
// programs.
import { endLeftBehind } from '../agents/processes.ts';
import type { Outcome, TaskRecord } from '../journal/tasks.ts';
import { identityOf } from './left-behind.ts';
import { recordOutcome, recordStart } from './task-records.ts';
import { agentPlan, type World } from './world.ts';

/** A task that cut off this many processes is not started again. */
const crashLimit = 3;

/**
 * Ends the programs of tasks that were cut off, where no next attempt will: the tasks are over, or their agents are
 * commands no longer or gone. Before they are put in order: the next of a group must not run beside the one before.
 */
export async function endPrograms(world: World, tasks: readonly TaskRecord[]): Promise<void> {
  const left = tasks.filter(
    (task) => agentPlan(world, task.agent)?.work.type !== 'command' || endOfCrash(world, task) !== undefined,
  );
  await endLeftBehind(
    left.map(({ id }) => identityOf(world, id)),
    world.clock,
  );
}

/** Decides what becomes of a task that was running when its process died. */
export async function putInOrder(world: World, task: TaskRecord): Promise<void> {
  const at = world.clock.now();
  const crashes = task.crashes + 1;
  const end = endOfCrash(world, task);
  if (end === undefined) {
    await world.journal.requeueTask({ taskId: task.id, fence: task.fence, at, crashed: true });
    world.taskSpans.end(task, 'crashed');
    world.log.warn('a task was cut off and will run again', { task: task.id, crashes });
    return;
  }
  // It did start, and whoever hears of its end hears of that too; where its start is on disk already this writes nothing.
  await recordStart(world, task);
  const recorded = await recordOutcome(world, task, end, at);
  world.bus.publish(recorded.event);
}

/** How a task ends that its process cut off; undefined where it is to run again. */
function endOfCrash(world: World, task: TaskRecord): Outcome['end'] | undefined {
  const { cancelReason } = task;
  const crashes = task.crashes + 1;
  if (cancelReason !== undefined) return { status: 'cancelled', reason: cancelReason };
  if (agentPlan(world, task.agent)?.onCrash === 'fail') {
    const message = 'the process died while the task was running';
    return { status: 'failed', error: { code: 'interrupted', message, retryable: false } };
  }
  if (crashes < crashLimit) return undefined;
  const message = `the process died ${crashes} times while the task was running`;
  return { status: 'failed', error: { code: 'crash_loop', message, retryable: false } };
}
