// The actors that the task machines only declare: claim, start, run, record, requeue.
import { fromCallback, fromPromise } from 'xstate';
import type { AgentRun } from '../agents/agent.ts';
import { endLeftBehind } from '../agents/processes.ts';
import { errorMessage, Failure, toFailure } from '../core/failure.ts';
import { StaleFence } from '../journal/errors.ts';
import type { Outcome, TaskRecord } from '../journal/tasks.ts';
import { isNotifiedOf, taskDeliveries } from '../notifications/outbox.ts';
import { aftermathMachine } from '../tasks/aftermath.machine.ts';
import { type AttemptEnd, eventOf, outcomeOf } from '../tasks/attempt.ts';
import { type Claimed, type ClaimInput, taskOf, taskSupervisorMachine } from '../tasks/supervisor.machine.ts';
import { type AbortRun, type RunEnd, type RunPhase, taskMachine } from '../tasks/task.machine.ts';
import { RunNotes } from './run-notes.ts';
import { agentPlan, announce, type World } from './world.ts';

/** The task supervisor with everything in it provided. */
export function provideTasks(world: () => World) {
  const task = taskMachine.provide({
    actions: {
      tellHold: ({ context }, { error }) =>
        world().log.error('a commit failed and is tried again', {
          task: context.task.id,
          error: errorMessage(error),
        }),
      begin: ({ context }) => world().taskSpans.begin(context.task),
    },
    guards: {
      isUnnoticed: ({ context: { task } }) => !isNotifiedOf(agentPlan(world(), task.agent), 'task.started'),
    },
    actors: {
      recordStart: fromPromise(({ input }) =>
        whileHeld(world(), input.task, recordStart(world(), input.task)),
      ),
      runAgent: fromCallback<AbortRun, { task: TaskRecord }>(({ input, sendBack, receive }) => {
        const controller = new AbortController();
        let ended = false;
        receive(() => controller.abort(new Failure('aborted', 'the attempt was told to end')));
        runAgent(world(), input.task, controller, {
          phase: sendBack,
          end: (end) => {
            ended = true;
            sendBack(end);
          },
        });
        return () => {
          if (!ended) controller.abort(new Failure('aborted', 'the attempt was given up'));
        };
      }),
      record: fromPromise(({ input }) =>
        whileHeld(world(), input.task, recordEnd(world(), input.task, input.end)),
      ),
      requeue: fromPromise(({ input }) => whileHeld(world(), input.task, requeue(world(), input.task))),
    },
  });
  const aftermath = aftermathMachine.provide({
    actions: {
      tellHold: ({ context }, { error }) =>
        world().log.error('a task could not be put in order, which is tried again', {
          task: context.taskId,
          error: errorMessage(error),
        }),
    },
    actors: {
      rescue: fromPromise(async ({ input: { task } }) => {
        await endPrograms(world(), [task]);
        await putInOrder(world(), task);
      }),
      withdraw: fromPromise(
        async ({ input }) => void (await cancelTask(world(), input.taskId, input.reason)),
      ),
    },
  });
  return taskSupervisorMachine.provide({
    actions: {
      tellBroken: ({ context, self }, { actorId, error }) =>
        world().log.error('the actor of a task failed; the task is put in order as after a crash', {
          agent: context.agent,
          task: taskOf(self, actorId)?.id,
          actor: actorId,
          error: errorMessage(error),
          stack: error instanceof Error ? error.stack : undefined,
        }),
    },
    actors: {
      task,
      aftermath,
      claim: fromPromise(({ input }) => claim(world(), input)),
    },
  });
}

/** Claims what may run, at the end of the turn: tasks that end in one commit make room for one claim. */
async function claim({ clock, journal }: World, { agent, free }: ClaimInput): Promise<Claimed> {
  await new Promise<void>((resolve) => clock.nextTurn(resolve));
  const limit = free();
  const tasks = limit > 0 ? await journal.claimTasks({ agent, limit, now: clock.now() }) : [];
  return { tasks, more: tasks.length >= limit };
}

/** The span of a task that another worker holds ends with the loss: nothing else will end it. */
async function whileHeld<Result>(world: World, task: TaskRecord, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof StaleFence) world.taskSpans.end(task, 'lost', thrown.message);
    throw thrown;
  }
}

async function recordStart(world: World, task: TaskRecord): Promise<void> {
  const at = world.clock.now();
  const { traceparent } = world.taskSpans.begin(task);
  const happening = { event: 'task.started', at, traceparent } as const;
  const deliveries = taskDeliveries(world, agentPlan(world, task.agent), task, happening);
  if (deliveries.length === 0) return;
  const written = await world.journal.recordStart({ taskId: task.id, fence: task.fence, at, deliveries });
  if (written) announce(world, deliveries);
}

/** Runs the agent and reports its end exactly once; nothing that it throws gets past here. */
function runAgent(
  world: World,
  task: TaskRecord,
  controller: AbortController,
  report: { readonly phase: (phase: RunPhase) => void; readonly end: (end: RunEnd) => void },
): void {
  const notes = new RunNotes(task.notes, task.attempt, world.redactor);
  const run: AgentRun = {
    taskId: task.id,
    journal: world.plan().journal.path,
    agent: task.agent,
    triggerType: task.triggerType,
    attempt: task.attempt,
    input: task.input,
    spent: task.usage,
    // Made by who asks for it: an agent that does not is spared it.
    get signal() {
      return controller.signal;
    },
    clearing: async (work) => {
      report.phase({ type: 'run.clearing' });
      await work();
      report.phase({ type: 'run.working' });
    },
    recordUsage: (usage) =>
      world.journal.recordUsage({ taskId: task.id, fence: task.fence, usage, notes: notes.withLog() }),
    recordToolCall: (call) => notes.addCall(call),
    startSpan: (name, options) =>
      world.tracer.start(name, { ...options, parent: world.taskSpans.parentOf(task) }),
  };
  const agent = world.agent(task.agent);
  const working =
    agent === undefined
      ? Promise.reject(new Failure('agent_removed', `agent "${task.agent}" is no longer in the file`))
      : Promise.resolve().then(() => agent.run(run));
  working.then(
    ({ output, log }) =>
      report.end({ type: 'run.completed', output: world.redactor.text(output), notes: notes.withLog(log) }),
    (thrown: unknown) => {
      const failure = toFailure(thrown);
      const { code, retryable } = failure;
      const log = 'log' in failure && typeof failure.log === 'string' ? failure.log : undefined;
      report.end({
        type: 'run.failed',
        failure: new Failure(code, world.redactor.text(failure.message), { retryable }),
        notes: notes.withLog(log),
      });
    },
  );
}

async function recordEnd(world: World, task: TaskRecord, end: AttemptEnd) {
  const plan = agentPlan(world, task.agent);
  const at = world.clock.now();
  const retry = plan?.retry ?? { maxAttempts: 1, initialDelay: 1_000, maxDelay: 30_000 };
  const outcome = outcomeOf(end, task.attempt, { retry, now: at, random: world.random });
  return recordOutcome(world, await withUsage(world, task), outcome, at, end.notes);
}

/** The task with what its model used by now, for notifications: the claim knew only of earlier attempts. */
async function withUsage(world: World, task: TaskRecord): Promise<TaskRecord> {
  if (agentPlan(world, task.agent)?.work.type !== 'llm') return task;
  const usage = (await world.journal.getTask(task.id))?.usage;
  return { ...task, usage };
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

async function requeue(world: World, task: TaskRecord): Promise<void> {
  await world.journal.requeueTask({
    taskId: task.id,
    fence: task.fence,
    at: world.clock.now(),
    crashed: false,
  });
  world.taskSpans.end(task, 'released');
}

/** What an attempt that was cut off left running, where no next one will end it. */
export function endLeftBehindOf(world: World, { id, crashes }: TaskRecord): void {
  if (crashes > 0) void endLeftBehind([identityOf(world, id)], world.clock);
}

const identityOf = (world: World, taskId: string) => ({ taskId, journal: world.plan().journal.path });

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
