// What is left in the journal of what a reload took away: tasks that wait for an agent that is gone are cancelled,
// deliveries of a notification that is gone go dead, both as `removed`. That may be a hundred thousand rows, which take
// seconds. So it is done beside everything else, and only a stop waits for it: at the next start, with a file that does
// not have them, tasks would wait. What is back in the file meanwhile keeps what is left of it.
import { errorMessage } from '../core/failure.ts';
import { buryRemoved } from './delivery-actors.ts';
import { cancelWaiting } from './task-records.ts';
import type { World } from './world.ts';

export class Removed {
  readonly #world: () => World;
  /** Agents that are gone: what still comes in for them is cancelled too. */
  readonly #agents = new Set<string>();
  /** What is to be gone through, one after another: each holds a page of rows with all their texts. */
  readonly #todo = new Map<string, () => Promise<void>>();
  /** It never rejects. */
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(world: () => World) {
    this.#world = world;
  }

  /** The plan that is now in force has these agents again, and neither those others nor these endpoints. */
  change(change: {
    readonly back: readonly string[];
    readonly agents: readonly string[];
    readonly endpoints: readonly string[];
  }): void {
    for (const agent of change.back) this.#agents.delete(agent);
    for (const agent of change.agents) this.#agents.add(agent);
    this.look(change.agents);
    for (const endpoint of change.endpoints)
      this.#add(`endpoint ${endpoint}`, () => buryAll(this.#world(), endpoint));
  }

  /** Rows of these agents can be claimed: of those that are gone they are cancelled. */
  look(agents: readonly string[]): void {
    for (const agent of agents)
      if (this.#agents.has(agent)) this.#add(`agent ${agent}`, () => cancelAll(this.#world(), agent));
  }

  /** Takes nothing more. Resolves when all of it is gone through. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
  }

  /** Once more, where it is under way: what came meanwhile may not be in the page that was read. */
  #add(about: string, work: () => Promise<void>): void {
    if (this.#closed) return;
    this.#todo.set(about, work);
    this.#working ??= this.#goThrough();
  }

  async #goThrough(): Promise<void> {
    // What is added meanwhile is gone through as well.
    for (const [about, work] of this.#todo) {
      this.#todo.delete(about);
      await work();
    }
    this.#working = undefined;
  }
}

async function cancelAll(world: World, agent: string): Promise<void> {
  try {
    for (const status of ['queued', 'retrying'] as const) {
      for (;;) {
        // Always the first page: what was cancelled is no longer in it.
        const { items } = await world.journal.listTasks({ agent, status, limit: 100 });
        // It may have come back since: then some of these may be its new ones.
        if (world.plan().agents.has(agent)) return;
        const outcomes = await Promise.all(
          items.map((task) => cancelWaiting(world, task, 'removed', { wish: false })),
        );
        if (!outcomes.includes('cancelled')) break;
      }
    }
  } catch (thrown) {
    const error = errorMessage(thrown);
    world.log.error('cannot cancel what waits for an agent that was removed', { agent, error });
  }
}

async function buryAll(world: World, endpoint: string): Promise<void> {
  try {
    await buryRemoved(world, endpoint);
  } catch (thrown) {
    const error = errorMessage(thrown);
    world.log.error('cannot end the deliveries of a notification that was removed', { endpoint, error });
  }
}
