import type { Agent } from '../agents/agent.ts';
import { createAgent } from '../agents/create.ts';
import { ToolServers } from '../agents/mcp/tool-servers.ts';
import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import type { AgentPlan, Plan } from '../plan/plan.ts';

export interface AgentPoolOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly plan: () => Plan;
  /** Makes agents in place of those of the file. */
  readonly createAgent?: ((plan: AgentPlan) => Agent) | undefined;
}

/** What does each agent's work, made when it is first asked for and again when the file says otherwise. */
export class AgentPool {
  readonly #made = new Map<string, Made>();
  /** Replaced ones whose last run is not over. */
  readonly #retiring = new Set<Made>();
  readonly #options: AgentPoolOptions;
  /** Shared: two agents that name the same tool server use one. */
  readonly #toolServers: ToolServers;

  constructor(options: AgentPoolOptions) {
    this.#options = options;
    const { clock, random, redactor } = options;
    const { path: journal } = options.plan().journal;
    this.#toolServers = new ToolServers({ clock, random, log: this.#log, redactor, journal });
  }

  /** Undefined where the file has no such agent. */
  get(name: string): Agent | undefined {
    const plan = this.#options.plan().agents.get(name);
    if (plan === undefined) return undefined;
    const known = this.#made.get(name);
    if (known?.plan === plan) return known.agent;
    // The new one is made first, so that tool servers which both use are not stopped in between.
    const made = new Made(plan, this.#create(plan));
    this.#made.set(name, made);
    this.#retire(known);
    return made.agent;
  }

  /** Another plan is in force: what it does not have is freed, without waiting for the next run. */
  refresh(): void {
    for (const [name, made] of [...this.#made]) {
      if (this.get(name) !== undefined) continue;
      this.#made.delete(name);
      this.#retire(made);
    }
  }

  #retire(made: Made | undefined): void {
    if (made === undefined) return;
    this.#retiring.add(made);
    made
      .idle()
      .then(() => (this.#retiring.delete(made) ? made.close() : undefined))
      .catch((thrown: unknown) =>
        this.#log('warn', `agent "${made.plan.name}" could not be freed: ${errorMessage(thrown)}`),
      );
  }

  #create(plan: AgentPlan): Agent {
    const { clock, random, redactor } = this.#options;
    if (this.#options.createAgent !== undefined) return this.#options.createAgent(plan);
    const dependencies = { clock, random, log: this.#log, redactor, toolServers: this.#toolServers };
    return createAgent({ ...plan, llms: this.#options.plan().llms }, dependencies);
  }

  /** Frees what outlives a run. */
  async close(): Promise<void> {
    const all = [...this.#made.values(), ...this.#retiring];
    this.#made.clear();
    this.#retiring.clear();
    await Promise.allSettled(all.map((made) => made.close()));
  }

  readonly #log = (level: 'debug' | 'info' | 'warn' | 'error', message: string) =>
    this.#options.log[level](message);
}

/** An agent that counts its runs: one that is under way keeps the agent that it began with, and its tool servers. */
class Made {
  readonly plan: AgentPlan;
  readonly agent: Agent;
  /** Frees it. Called once. */
  readonly close: () => Promise<void>;
  #runs = 0;
  #onIdle: () => void = () => {};

  constructor(plan: AgentPlan, agent: Agent) {
    this.plan = plan;
    this.close = async () => agent.close?.();
    this.agent = {
      run: async (run) => {
        this.#runs += 1;
        try {
          return await agent.run(run);
        } finally {
          this.#runs -= 1;
          if (this.#runs === 0) this.#onIdle();
        }
      },
    };
  }

  /** Resolves when no run is under way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#runs === 0) resolve();
    });
  }
}
