// The actors that the task machines only declare: claim, start, run, record, requeue.
import { fromCallback, fromPromise } from 'xstate';
import type { AgentRun } from '../agents/agent.ts';
import { errorMessage, Failure, toFailure } from '../core/failure.ts';
import { StaleFence } from '../journal/errors.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import { isNotifiedOf } from '../notifications/outbox.ts';
import { aftermathMachine } from '../tasks/aftermath.machine.ts';
import { type AttemptEnd, outcomeOf } from '../tasks/attempt.ts';
import { type Claimed, type ClaimInput, taskOf, taskSupervisorMachine } from '../tasks/supervisor.machine.ts';
import { type AbortRun, type RunEnd, type RunPhase, taskMachine } from '../tasks/task.machine.ts';
import { endPrograms, putInOrder } from './cut-off-tasks.ts';
import { RunNotes } from './run-notes.ts';
import { cancelTask, recordOutcome, recordStart } from './task-records.ts';
import { agentPlan, type World } from './world.ts';

/** The task supervisor with everything in it provided. */
export function provideTasks(world: () => World) {
  /** It may be tried every second for hours, for each of many tasks: what is said once is not said again. */
  const tellHold = (
    what: string,
    { taskId, heldFor, error }: { taskId: string; heldFor: string | undefined; error: unknown },
  ) => {
    const why = errorMessage(error);
    if (why !== heldFor) world().log.error(what, { task: taskId, error: why });
  };
  const task = taskMachine.provide({
    actions: {
      tellHold: ({ context: { task, heldFor } }, { error }) =>
        tellHold('a commit failed and is tried again', { taskId: task.id, heldFor, error }),
      tellUnrecorded: ({ context: { task, heldFor } }) => {
        world().taskSpans.end(task, 'unrecorded', heldFor);
        world().giveUp('task');
      },
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
          withdraw: (reason) => sendBack({ type: 'task.cancel', reason }),
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
      tellHold: ({ context: { taskId, heldFor } }, { error }) =>
        tellHold('a task could not be put in order, which is tried again', { taskId, heldFor, error }),
      tellUnrecorded: () => world().giveUp('task'),
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

/** Runs the agent and reports its end exactly once; nothing that it throws gets past here. */
function runAgent(
  world: World,
  task: TaskRecord,
  controller: AbortController,
  report: {
    readonly phase: (phase: RunPhase) => void;
    /** It is to be cancelled for this reason, however the run ends. */
    readonly withdraw: (reason: string) => void;
    readonly end: (end: RunEnd) => void;
  },
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
  // A reload took the agent away while the claim was on its way: nothing runs yet, so it goes as what waits does.
  if (agent === undefined) report.withdraw('removed');
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

async function requeue(world: World, task: TaskRecord): Promise<void> {
  await world.journal.requeueTask({
    taskId: task.id,
    fence: task.fence,
    at: world.clock.now(),
    crashed: false,
  });
  world.taskSpans.end(task, 'released');
}
