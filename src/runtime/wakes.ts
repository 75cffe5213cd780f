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
 * Wakes the agent's supervisor, straight: the actors above would only pass it on, which for an agent that is busy
 * throughout is a tenth of what taking its calls in costs. One that will claim anyway as soon as it can is not told.
 * @returns whether there is a supervisor; where there is none, the agent's actor makes one when it is told.
 */
export function wakeSupervisor(root: AnyActorRef, agent: string): boolean {
  const supervisor = childOf(childOf(root, agentActorId(agent)), 'tasks');
  if (supervisor === undefined) return false;
  const { status, context } = supervisor.getSnapshot();
  if (status === 'active' && !context.more) supervisor.send({ type: 'rows.ready' });
  return true;
}

function childOf(parent: AnyActorRef | undefined, id: string): AnyActorRef | undefined {
  const children: Record<string, AnyActorRef | undefined> | undefined = parent?.getSnapshot().children;
  return children?.[id];
}
