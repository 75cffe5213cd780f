// What an operator asks of a running Callboard: start, cancel, replay, pause, resume, test. Each is a few lines
// over the journal and the actors, and answers with what it found.
import type { AnyActorRef } from 'xstate';
import { Failure } from '../core/failure.ts';
import type { TriggerType } from '../core/ids.ts';
import type { AdmissionResult } from '../journal/admission.ts';
import type { DeliveryRecord } from '../journal/deliveries.ts';
import type { DeliveryFilter } from '../journal/lists.ts';
import { queuedTask, type TaskRecord } from '../journal/tasks.ts';
import { notificationDelivery } from '../notifications/outbox.ts';
import type { NotificationPlan, TriggerPlan } from '../plan/plan.ts';
import { scheduleInput } from '../plan/schedule-input.ts';
import { scheduleGroup } from '../triggers/schedule-rules.ts';
import { admitInSpan } from '../triggers/traced-admission.ts';
import { pauseEndpoint } from './pause-endpoint.ts';
import { cancelTask } from './task-records.ts';
import { triggerActor } from './trigger-actors.ts';
import { agentPlan, announce, notificationPlan, triggerPlan, type World } from './world.ts';

export class Operations {
  readonly #world: World;
  readonly #root: () => AnyActorRef;

  constructor(world: World, root: () => AnyActorRef) {
    this.#world = world;
    this.#root = root;
  }

  /**
   * Starts one task by hand.
   * @throws {Failure} `unknown_agent`, `queue_full`, `budget`.
   */
  async startTask(agent: string, input: string): Promise<TaskRecord> {
    if (agentPlan(this.#world, agent) === undefined) throw unknown('agent', agent);
    return this.#admit({ agent, trigger: 'manual', input });
  }

  /**
   * Fires a trigger as if its time had come, with the input that it would give, or with `input`. While another task of
   * a schedule is not over this one waits for its turn, whatever `overlap` says, unless that is `allow`.
   * @throws {Failure} `unknown_trigger`, `disabled`, `queue_full`, `budget`.
   */
  async fireTrigger(agent: string, trigger: string, input: string | undefined): Promise<TaskRecord> {
    const plan = this.#enabledTrigger(agent, trigger);
    return this.#admit({ agent, trigger, input: input ?? this.#ownInput(plan), group: overlapGroup(plan) });
  }

  /** Cancels a task that waits or runs. `over`: it had ended before. */
  cancelTask(taskId: string, reason = 'operator'): ReturnType<typeof cancelTask> {
    return cancelTask(this.#world, taskId, reason);
  }

  /**
   * A new task with the input, the trigger, the `concurrency_key` and the callback of an earlier one. It stands for the
   * sender's delivery in place of one that failed or was cancelled. Among the tasks of a schedule it waits for its turn
   * as one that is fired does.
   */
  async replayTask(taskId: string): Promise<TaskRecord> {
    const task = await this.#world.journal.getTask(taskId);
    if (task === undefined) throw unknown('task', taskId);
    if (agentPlan(this.#world, task.agent) === undefined) throw unknown('agent', task.agent);
    // Of the same kind as before: what a webhook sent stays untrusted, however often it runs.
    const { agent, trigger, triggerType, input, callbackUrl } = task;
    const group = keyGroup(task.group) ?? overlapGroup(triggerPlan(this.#world, agent, trigger));
    return this.#admit({ agent, trigger, triggerType, input, callbackUrl, group }, taskId);
  }

  /** A dead delivery starts afresh, under its own id. Undefined where it is not dead, not known, or has nothing to send. */
  async replayDelivery(id: string): Promise<DeliveryRecord | undefined> {
    const { journal, clock } = this.#world;
    const known = await journal.getDelivery(id);
    if (known === undefined) return undefined;
    const maxAge = notificationPlan(this.#world, known.endpoint)?.maxAge ?? 86_400_000;
    const delivery = await journal.replayDelivery(id, clock.now(), clock.now() + maxAge);
    if (delivery !== undefined) announce(this.#world, [delivery]);
    return delivery;
  }

  /** All dead deliveries that the filter finds start afresh. Returns how many. */
  async replayDead(filter: Omit<DeliveryFilter, 'status' | 'limit' | 'cursor'>): Promise<number> {
    let replayed = 0;
    let cursor: string | undefined;
    do {
      // From page to page, never the first one again: what dies anew meanwhile would be sent for ever.
      const query = { ...filter, status: 'dead' as const, limit: 100, cursor };
      const { items, next } = await this.#world.journal.listDeliveries(query);
      const started = await Promise.all(items.map(({ id }) => this.replayDelivery(id)));
      replayed += started.filter((delivery) => delivery !== undefined).length;
      cursor = next;
    } while (cursor !== undefined);
    return replayed;
  }

  /** @throws {Failure} `unknown_trigger`, `disabled`. */
  pauseTrigger(agent: string, trigger: string, paused: boolean): Promise<void> {
    return this.#world.inTurn(async () => {
      const { journal, clock } = this.#world;
      this.#enabledTrigger(agent, trigger);
      const record = (await journal.listTriggers()).find(
        (known) => known.agent === agent && known.trigger === trigger,
      );
      if (record === undefined) throw unknown('trigger', `${agent}/${trigger}`);
      const at = clock.now();
      const pausedUntil = record.paused && !paused ? at : record.pausedUntil;
      await journal.saveTriggers([{ ...record, paused, pausedUntil }]);
      triggerActor(this.#root(), agent, trigger)?.send({ type: paused ? 'pause' : 'resume', at });
    });
  }

  /** @throws {Failure} `unknown_notification`. */
  async pauseNotification(endpoint: string, paused: boolean): Promise<void> {
    this.#notification(endpoint);
    await pauseEndpoint(this.#world, this.#root, endpoint, paused);
  }

  /**
   * Sends one sample of a notification, whatever events it asks for.
   * @returns the delivery's id; its fate is in the journal.
   * @throws {Failure} `unknown_notification`.
   */
  async testNotification(endpoint: string): Promise<string> {
    const { journal, clock, ids } = this.#world;
    const plan = this.#notification(endpoint);
    const at = clock.now();
    const delivery = notificationDelivery(ids.delivery(), plan, sampleTask(plan.agent, at), {
      event: 'task.completed',
      at,
      result: 'This is a test of the notification.',
    });
    await journal.addDelivery(delivery);
    announce(this.#world, [delivery]);
    return delivery.id;
  }

  async #admit(
    task: {
      agent: string;
      trigger: string;
      triggerType?: TriggerType;
      input: string;
      callbackUrl?: string | undefined;
      group?: string | undefined;
    },
    replays?: string,
  ): Promise<TaskRecord> {
    const { journal, clock, ids, bus, tracer } = this.#world;
    const { triggerType = 'manual' } = task;
    const plan = this.#world.plan();
    const createdAt = clock.now();
    const id = ids.task(triggerType, task.agent);
    const result = await admitInSpan(tracer, { ...task, id, triggerType, createdAt }, async (task) => ({
      ...(await journal.admitTask({
        task,
        queueLimit: plan.limits.queue,
        replays,
        hourly: plan.agents.get(task.agent)?.budget.tasksPerHour,
      })),
      record: queuedTask(task),
    }));
    if (result.outcome !== 'admitted') {
      throw new NotAdmitted(task.agent, result);
    }
    const { agent, trigger } = task;
    bus.publish({ type: 'task.queued', taskId: id, agent, trigger, at: createdAt });
    this.#world.wake({ agents: [agent] });
    return result.record;
  }

  #ownInput(plan: TriggerPlan): string {
    if (plan.type === 'webhook') return plan.input.text ?? '';
    const now = this.#world.clock.now();
    return scheduleInput(plan, now, now);
  }

  #enabledTrigger(agent: string, trigger: string): TriggerPlan {
    const plan = triggerPlan(this.#world, agent, trigger);
    if (plan === undefined) throw unknown('trigger', `${agent}/${trigger}`);
    if (!plan.enabled) {
      throw new Failure('disabled', `Trigger "${agent}/${trigger}" is disabled in the file`);
    }
    return plan;
  }

  #notification(endpoint: string): NotificationPlan {
    const plan = notificationPlan(this.#world, endpoint);
    if (plan === undefined) throw unknown('notification', endpoint);
    return plan;
  }
}

/** A task could not be started now; its code is `queue_full` or `budget`. */
export class NotAdmitted extends Failure {
  /** Milliseconds until it may be tried again, where that can be told. */
  readonly retryAfterMs: number | undefined;

  constructor(agent: string, result: Exclude<AdmissionResult, { outcome: 'admitted' }>) {
    const reasons: Readonly<Record<string, string>> = {
      budget: 'its tasks_per_hour are used up',
      queue_full: 'as many tasks wait as limits.queue allows',
    };
    const why = reasons[result.outcome] ?? result.outcome;
    super(result.outcome, `Cannot start a task of agent "${agent}": ${why}`, { retryable: true });
    this.retryAfterMs = 'retryAfterMs' in result ? result.retryAfterMs : undefined;
  }
}

/** The tasks that one of this trigger may not run beside: for the next instant it is one of them. */
function overlapGroup(plan: TriggerPlan | undefined): string | undefined {
  return plan?.type === 'schedule' && plan.overlap !== 'allow' ? scheduleGroup(plan.id) : undefined;
}

/** A `concurrency_key` goes with the task; how the tasks of a schedule may overlap is what the file says now. */
function keyGroup(group: string | undefined): string | undefined {
  return group?.startsWith('key:') ? group : undefined;
}

function unknown(what: string, name: string): Failure {
  return new Failure(`unknown_${what}`, `There is no ${what} "${name}"`);
}

/** What a sample notification tells of; it is in no journal. */
function sampleTask(agent: string, at: number): TaskRecord {
  return {
    id: `manual-${agent}-test`,
    agent,
    trigger: 'manual',
    triggerType: 'manual',
    status: 'completed',
    reason: undefined,
    cancelReason: undefined,
    input: 'A test input.',
    result: undefined,
    error: undefined,
    attempt: 1,
    crashes: 0,
    createdAt: at,
    startedAt: at,
    finishedAt: at,
    dueAt: undefined,
    scheduledAt: undefined,
    group: undefined,
    callbackUrl: undefined,
    traceparent: undefined,
    count: 1,
    usage: undefined,
    notes: undefined,
    fence: 0,
  };
}
