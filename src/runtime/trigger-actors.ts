// What the trigger machines only declare, and the way of a call through its door.
import { type AnyActorRef, assign, fromPromise } from 'xstate';
import { errorMessage } from '../core/failure.ts';
import { refuseCallback } from '../notifications/callback-hosts.ts';
import type { TriggerPlan } from '../plan/plan.ts';
import { scheduleMachine, type Wait } from '../triggers/schedule.machine.ts';
import { admitDueInstants, type ScheduleWorld } from '../triggers/schedule-admission.ts';
import { answerCall, refusePaused, type WebhookAnswer, type WebhookWorld } from '../triggers/webhook-call.ts';
import type { WebhookRequest } from '../triggers/webhook-input.ts';
import { triggerActorId } from './agent.machine.ts';
import type { Alarms } from './alarms.ts';
import { FarInstants } from './far-instants.ts';
import { endLeftBehindOf } from './left-behind.ts';
import { triggerFingerprint, triggerKey } from './recovery.ts';
import { agentActorId } from './runtime.machine.ts';
import { outcomeDeliveries } from './task-records.ts';
import { announce, triggerPlan, type World } from './world.ts';

/** The schedule machine with its calendar, its waits and its admission provided. */
export function provideSchedules(world: () => World, alarms: Alarms) {
  const waitAfter = (lastInstant: number, plan: TriggerPlan | undefined): Wait => {
    if (plan?.type !== 'schedule') return undefined;
    const next = plan.calendar.next(lastInstant);
    // What daylight saving leaves out comes too: it is on record from then on, not only when the next one runs.
    const coming = plan.calendar.nextSkipped(lastInstant, next?.at ?? Number.POSITIVE_INFINITY) ?? next;
    return coming && { at: coming.at, ms: coming.at - world().clock.now() };
  };
  return scheduleMachine.provide({
    actions: {
      lookAhead: assign({
        wait: ({ context: { agent, trigger, lastInstant } }) =>
          waitAfter(lastInstant, triggerPlan(world(), agent, trigger)),
      }),
      arm: ({ context: { agent, trigger, wait }, self }) => {
        // Anew: `wait` was looked up as the actor was made, and of ten thousand the first starts when the last is made.
        const ms = wait === undefined ? 0 : wait.at - world().clock.now();
        alarms.set(triggerKey(agent, trigger), ms, () => self.send({ type: 'wait.over' }));
      },
      disarm: ({ context: { agent, trigger } }) => alarms.clear(triggerKey(agent, trigger)),
      tellHold: ({ context: { agent, trigger, heldFor } }, { error }) => {
        const why = errorMessage(error);
        // It is tried every second: what is said once is not said again.
        if (why !== heldFor)
          world().log.warn('instants of a schedule are held, and tried again', {
            agent,
            trigger,
            error: why,
          });
      },
    },
    actors: {
      admitDue: fromPromise(async ({ input: { agent, trigger, lastInstant, pausedUntil, isPaused } }) => {
        const current = () => triggerPlan(world(), agent, trigger);
        const plan = current();
        // Its plan went with a reload; its actor goes with the same one.
        if (plan?.type !== 'schedule') return { lastInstant, wait: undefined, trouble: undefined };
        const goesOn = () => !isPaused() && current() === plan;
        const state = { lastInstant, pausedUntil, goesOn };
        const dealt = await alarms.work(() => admitDueInstants(plan, state, scheduleWorld(world())));
        return { ...dealt, wait: waitAfter(dealt.lastInstant, current()) };
      }),
    },
  });
}

/** Lets go on what an instant in the future holds up. `onRestarted`: rows come due earlier than they did. */
export function watchFarInstants(
  world: World,
  actorOf: (agent: string, trigger: string) => AnyActorRef | undefined,
  onRestarted: () => void,
): FarInstants {
  const far = new FarInstants({
    clock: world.clock,
    journal: () => world.journal,
    concerns: ({ agent, trigger, fingerprint }) => {
      const plan = triggerPlan(world, agent, trigger);
      return plan?.type === 'schedule' && plan.enabled && triggerFingerprint(plan) === fingerprint;
    },
    onMended: ({ agent, trigger, lastInstant }) =>
      actorOf(agent, trigger)?.send({ type: 'go.on', from: lastInstant }),
    inTurn: world.inTurn,
    onRestarted,
    log: world.log,
  });
  far.look();
  return far;
}

function admissionWorld(world: World) {
  return {
    journal: world.journal,
    clock: world.clock,
    ids: world.ids,
    tracer: world.tracer,
    publish: (event: Parameters<World['bus']['publish']>[0]) => world.bus.publish(event),
    wake: (agent: string, dueAt: number | undefined) => {
      if (dueAt === undefined) world.wake({ agents: [agent] });
      else world.dueAt(dueAt);
    },
    cancel: world.cancel,
    queueLimit: () => world.plan().limits.queue,
    tasksPerHour: (agent: string) => world.plan().agents.get(agent)?.budget.tasksPerHour,
    note: (plan: { agent: string; id: string }, what: string, details: Record<string, unknown>) =>
      world.log.warn(what, { agent: plan.agent, trigger: plan.id, ...details }),
  };
}

function scheduleWorld(world: World): ScheduleWorld {
  return {
    ...admissionWorld(world),
    displacedDeliveries: (task) =>
      outcomeDeliveries(
        world,
        task,
        { status: 'cancelled', reason: task.reason ?? 'overlap' },
        world.clock.now(),
      ),
    announce: (deliveries) => announce(world, deliveries),
    displaced: (task) => endLeftBehindOf(world, task),
  };
}

const webhookWorld = (world: World): WebhookWorld => ({ ...admissionWorld(world), refuseCallback });

/** The doors of the webhook triggers, and the calls that stand before them. */
export class WebhookDoors {
  readonly #world: () => World;
  #behind: WebhookWorld | undefined;

  constructor(world: () => World) {
    this.#world = world;
  }

  /** Asks the trigger's door; behind it the request is read (`request`) and dealt with. */
  async call(
    root: AnyActorRef,
    agent: string,
    trigger: string,
    request: () => Promise<WebhookRequest>,
  ): Promise<WebhookAnswer> {
    const plan = triggerPlan(this.#world(), agent, trigger);
    const door = triggerActor(root, agent, trigger);
    if (plan?.type !== 'webhook' || door === undefined) return { kind: 'paused' };
    // Made with the first call, when the journal is open: it lives as long as the runtime.
    this.#behind ??= webhookWorld(this.#world());
    if (stateOf(door) !== 'listening') return refusePaused(plan, this.#behind);
    // Before anything is read; the commit looks again.
    if (this.#behind.journal.waitingTasks() >= this.#behind.queueLimit()) return { kind: 'full' };
    const read = await request();
    // Reading takes as long as the client likes. By then the file may be another one, which is for later calls; but a
    // pause is for all that is not admitted.
    if (stateOf(triggerActor(root, agent, trigger)) === 'paused') return refusePaused(plan, this.#behind);
    return answerCall(plan, read, this.#behind);
  }
}

/** The actor of a trigger, where it has one. */
export function triggerActor(root: AnyActorRef, agent: string, trigger: string): AnyActorRef | undefined {
  const agents: Record<string, AnyActorRef | undefined> = root.getSnapshot().children;
  const triggers: Record<string, AnyActorRef | undefined> =
    agents[agentActorId(agent)]?.getSnapshot().children ?? {};
  return triggers[triggerActorId(trigger)];
}

/** The name of the state that an actor is in, the outermost one. */
export function stateOf(actor: AnyActorRef | undefined): string {
  const value: unknown = actor?.getSnapshot().value;
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? (Object.keys(value)[0] ?? 'unknown') : 'unknown';
}
