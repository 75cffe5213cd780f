import type { AnyActorRef } from 'xstate';
import type { Clock } from '../core/clock.ts';
import type { ReadyRows } from '../journal/journal.ts';
import { agentActorId } from './runtime.machine.ts';

/**
 * Collects whose rows can be claimed, and tells once at the end of a turn of the event loop: a thousand calls that
 * came in together wake their agent once, not a thousand times.
 */
export class Wakes {
  readonly #clock: Clock;
  readonly #tell: (ready: ReadyRows) => void;
  readonly #agents = new Set<string>();
  readonly #endpoints = new Set<string>();
  #told = true;

  constructor(clock: Clock, tell: (ready: ReadyRows) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add({ agents = [], endpoints = [] }: Partial<ReadyRows>): void {
    for (const agent of agents) this.#agents.add(agent);
    for (const endpoint of endpoints) this.#endpoints.add(endpoint);
    if (!this.#told || this.#agents.size + this.#endpoints.size === 0) return;
    this.#told = false;
    this.#clock.nextTurn(() => {
      this.#told = true;
      const ready = { agents: [...this.#agents], endpoints: [...this.#endpoints] };
      this.#agents.clear();
      this.#endpoints.clear();
      this.#tell(ready);
    });
  }
}

/**
 * Whether the agent's supervisor is about to claim as soon as it can, so that a wake would tell it nothing. Three
 * machines hear of each wake: for an agent that is busy throughout that is a tenth of what taking its calls in costs.
 */
export function willClaim(root: AnyActorRef, agent: string): boolean {
  const agents: Record<string, AnyActorRef | undefined> = root.getSnapshot().children;
  const children: Record<string, AnyActorRef | undefined> | undefined =
    agents[agentActorId(agent)]?.getSnapshot().children;
  return children?.tasks?.getSnapshot().context.more === true;
}
