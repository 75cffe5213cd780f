// Wires every area together, and is what the front ends (HTTP, CLI, an embedding program) talk to.
import { type Actor, createActor, fromCallback, fromPromise } from 'xstate';
import type { Agent } from '../agents/agent.ts';
import type { Clock } from '../core/clock.ts';
import { EventBus } from '../core/events.ts';
import { errorMessage, Failure } from '../core/failure.ts';
import { IdSource } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import { noTracer, type Tracer } from '../core/trace.ts';
import { JournalUnavailable } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import { createLazySender } from '../notifications/lazy-sender.ts';
import type { Sender } from '../notifications/send.ts';
import type { AgentPlan, Plan } from '../plan/plan.ts';
import type { WebhookAnswer } from '../triggers/webhook-call.ts';
import type { WebhookRequest } from '../triggers/webhook-input.ts';
import { agentMachine } from './agent.machine.ts';
import { AgentPool } from './agent-pool.ts';
import { Alarms } from './alarms.ts';
import { provideDeliveries } from './delivery-actors.ts';
import { Operations } from './operations.ts';
import { recover, triggerKey } from './recovery.ts';
import { type ReloadReport, reload } from './reload.ts';
import { Removed } from './removed.ts';
import { runtimeMachine } from './runtime.machine.ts';
import { provideTasks } from './task-actors.ts';
import { TaskSpans } from './task-spans.ts';
import { TaskWaiters } from './task-waiters.ts';
import { provideSchedules, stateOf, triggerActor, WebhookDoors, watchFarInstants } from './trigger-actors.ts';
import { Wakes, wakeSupervisor } from './wakes.ts';
import { DueRows, watchClock, watchRetention } from './watches.ts';
import { publishAll, type World } from './world.ts';

export interface RuntimeOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Holds the secrets of the plan; the runtime adds those of later plans. */
  readonly redactor: Redactor;
  /** Opens the journal; called once, at the start. */
  readonly openJournal: () => Promise<Journal>;
  /** What does an agent's work, in place of what its `type` says: for programs that bring agents of their own. */
  readonly createAgent?: ((plan: AgentPlan) => Agent) | undefined;
  /** What carries deliveries, in place of HTTP and SMTP. */
  readonly sender?: Sender | undefined;
  /** Where the way of each task is traced; nowhere by default. */
  readonly tracer?: Tracer | undefined;
}

export type RuntimeState = 'starting' | 'recovering' | 'running' | 'draining' | 'stopped' | 'failed';

/** Everything that Callboard runs, in one object. Started once, stopped once. */
export class Runtime {
  readonly bus: EventBus;
  /** What an operator may ask for. */
  readonly operations: Operations;
  readonly #options: RuntimeOptions;
  readonly #root: Actor<typeof runtimeMachine>;
  readonly #world: World;
  readonly #agents: AgentPool;
  readonly #waiters: TaskWaiters;
  readonly #doors: WebhookDoors;
  readonly #dueRows: DueRows;
  readonly #alarms: Alarms;
  readonly #removed = new Removed(() => this.#world);
  /** The last of the changes that go one after another. It never rejects. */
  #changing: Promise<unknown> = Promise.resolve();
  #plan: Plan;
  #journal: Journal | undefined;
  /** Undefined before the start. */
  #opening: Promise<Journal> | undefined;
  #ids: IdSource | undefined;
  /** Ends that a stop gave up. */
  readonly #unrecorded = { task: 0, delivery: 0 };

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#plan = options.plan;
    const { clock, random, log, redactor } = options;
    this.bus = new EventBus((thrown) => log.error('a listener failed', { error: errorMessage(thrown) }));
    const { createAgent, tracer = noTracer } = options;
    const agents = new AgentPool({ clock, random, log, redactor, plan: () => this.#plan, createAgent });
    this.#agents = agents;
    const runtime = this;
    const wakes = new Wakes(clock, (ready) => {
      const agents = ready.agents.filter((agent) => !wakeSupervisor(this.#root, agent));
      if (agents.length + ready.endpoints.length > 0)
        this.#root.send({ type: 'rows.ready', agents, endpoints: ready.endpoints });
      this.#removed.look(ready.agents);
    });
    this.#world = {
      clock,
      random,
      log,
      redactor,
      bus: this.bus,
      get journal() {
        return runtime.journal;
      },
      get ids() {
        if (runtime.#ids === undefined) throw new Error('the journal is not open yet');
        return runtime.#ids;
      },
      sender: options.sender ?? createLazySender({ clock, redactor }),
      tracer,
      taskSpans: new TaskSpans(tracer),
      plan: () => this.#plan,
      agent: (name): Agent | undefined => agents.get(name),
      wake: (ready) => wakes.add(ready),
      dueAt: (at) => this.#dueRows.expect(at),
      cancel: (agent, taskId, reason) => this.#root.send({ type: 'task.cancel', agent, taskId, reason }),
      giveUp: (what) => {
        this.#unrecorded[what] += 1;
      },
      inTurn: (change) => this.#inTurn(change),
    };
    this.#alarms = new Alarms(clock);
    this.#waiters = new TaskWaiters(this.bus, () => this.journal);
    this.#doors = new WebhookDoors(() => this.#world);
    this.#dueRows = new DueRows({
      clock,
      journal: () => this.journal,
      onReady: (ready) => this.#world.wake(ready),
      onDead: (dead) => publishAll(this.#world, dead),
      log,
    });
    this.#root = this.#createRoot();
    this.operations = new Operations(this.#world, () => this.#root);
  }

  get state(): RuntimeState {
    return this.#root.getSnapshot().value;
  }

  get plan(): Plan {
    return this.#plan;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** @throws {JournalUnavailable} before the journal is open. */
  get journal(): Journal {
    if (this.#journal === undefined) throw new JournalUnavailable('it is not open yet');
    return this.#journal;
  }

  /** How many ends of tasks and of deliveries the stop had to give up, since the journal could not write them. */
  get unrecorded(): number {
    return this.#unrecorded.task + this.#unrecorded.delivery;
  }

  /** The root actor, for the inspector. */
  get root(): Actor<typeof runtimeMachine> {
    return this.#root;
  }

  /**
   * Opens the journal, puts in order what the last process left behind, and starts to work.
   * @throws what kept it from starting: the journal is in use by another process, cannot be read, …
   */
  start(): Promise<void> {
    const started = new Promise<void>((resolve, reject) => {
      const subscription = this.#root.subscribe({
        next: (snapshot) => {
          if (snapshot.matches('running')) {
            subscription.unsubscribe();
            resolve();
          } else if (snapshot.matches('stopped')) {
            reject(new Error('the runtime was stopped before it had started'));
          } else if (snapshot.status === 'done') {
            reject(snapshot.output?.error);
          }
        },
        error: reject,
      });
      this.#root.start();
    });
    // The actors are made from what recovery reads: what is asked for meanwhile waits for them.
    this.#changing = started.catch(() => {});
    return started;
  }

  /**
   * No new work; what runs may finish within the grace, then goes back to the queue; then everything is closed. What
   * the journal cannot write even then is left to the next start, as after a crash ({@linkcode unrecorded}).
   * Resolves when nothing is left.
   */
  async stop(): Promise<void> {
    this.#root.send({ type: 'drain' });
    await new Promise<void>((resolve) => {
      const check = () => {
        const snapshot = this.#root.getSnapshot();
        if (snapshot.matches('stopped') || snapshot.status !== 'active') resolve();
      };
      this.#root.subscribe({ next: check, error: () => resolve(), complete: () => resolve() });
      check();
    });
    if (this.unrecorded > 0) {
      const { task: tasks, delivery: deliveries } = this.#unrecorded;
      this.#options.log.error('ends could not be recorded; the next start goes on as after a crash', {
        tasks,
        deliveries,
      });
    }
    this.#alarms.clearAll();
    this.#waiters.close();
    await this.#agents.close();
    await this.#world.sender.close();
    await this.#removed.close();
    // Of one that is still being opened nobody else would know, and it would keep its lock.
    const journal = await this.#opening?.catch(() => undefined);
    await journal?.close();
  }

  /**
   * Puts another plan into force, after the reloads that were asked for before. What both plans have goes on untouched;
   * what is gone drains: its running tasks finish, what waits for it is cancelled or goes dead as `removed`, soon after
   * this has resolved.
   * @throws {Failure} `not_running`, and what the journal throws; the old plan is in force then.
   */
  reload(plan: Plan): Promise<ReloadReport> {
    return this.#inTurn(async () => {
      this.#assertRunning();
      return reload(this.#world, plan, (next, change, gone) => {
        this.#assertRunning();
        // The alarms of actors that end ring nobody; those of new ones are set as they start.
        for (const { agent, id } of gone.triggers) this.#alarms.clear(triggerKey(agent, id));
        this.#plan = next;
        this.#root.send({ type: 'plan.changed', ...change });
        const back = change.added.map(({ name }) => name);
        this.#removed.change({ back, agents: change.removed, endpoints: gone.endpoints });
        this.#agents.refresh();
      });
    });
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => {});
    return changed;
  }

  #assertRunning(): void {
    if (this.state !== 'running') {
      throw new Failure('not_running', `Cannot reload: the runtime is ${this.state}`);
    }
  }

  /** Lets a webhook call through its door and deals with it. */
  call(agent: string, trigger: string, request: () => Promise<WebhookRequest>): Promise<WebhookAnswer> {
    return this.#doors.call(this.#root, agent, trigger, request);
  }

  /** The state of a trigger's machine, in its own words; `unknown` where it has no actor. */
  triggerState(agent: string, trigger: string): string {
    return stateOf(triggerActor(this.#root, agent, trigger));
  }

  /**
   * Resolves when the task is over, with undefined when the runtime stops first; rejects with the signal's reason when
   * that is aborted first.
   */
  ended(taskId: string, signal: AbortSignal): Promise<TaskRecord | undefined> {
    return this.#waiters.ended(taskId, signal);
  }

  #createRoot(): Actor<typeof runtimeMachine> {
    const world = () => this.#world;
    const { clock, random, log, openJournal } = this.#options;
    const tellError = ({ event }: { event: object }) =>
      log.error('an actor failed', { error: 'error' in event ? errorMessage(event.error) : 'unknown' });
    const machine = runtimeMachine.provide({
      actions: { tellError },
      actors: {
        open: fromPromise(async () => {
          this.#opening = openJournal();
          const journal = await this.#opening;
          this.#journal = journal;
          this.#ids = new IdSource(clock, random, await journal.newestTaskNanos());
        }),
        recover: fromPromise(() => recover(world())),
        events: fromCallback(({ receive }) => receive((event) => this.bus.publish(event))),
        dueRows: fromCallback(() => {
          this.#dueRows.start();
          return () => this.#dueRows.stop();
        }),
        clockWatch: fromCallback(({ sendBack }) => {
          const far = watchFarInstants(
            world(),
            (agent, trigger) => triggerActor(this.#root, agent, trigger),
            () => this.#dueRows.look(),
          );
          const unwatch = watchClock(clock, (byMs) => {
            log.warn('the wall clock was set, or the machine slept', { byMs: Math.round(byMs) });
            this.#dueRows.look();
            sendBack({ type: 'clock.changed' });
            far.look();
          });
          return () => {
            unwatch();
            far.stop();
          };
        }),
        retention: fromCallback(() =>
          watchRetention({ clock, journal: () => this.journal, keep: () => this.#plan.journal.keep, log }),
        ),
        agent: agentMachine.provide({
          actions: { tellError },
          actors: {
            tasks: provideTasks(world),
            schedule: provideSchedules(world, this.#alarms),
          },
        }),
        dispatcher: provideDeliveries(world),
      },
    });
    const root = createActor(machine, {
      clock,
      input: { grace: this.#plan.server.grace },
    });
    root.subscribe({ error: (thrown) => log.error('the runtime failed', { error: errorMessage(thrown) }) });
    return root;
  }
}
