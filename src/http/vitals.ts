// Whether new work can be taken: the journal writes and there is room on its disk.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Refusal } from './problem.ts';

/** How often the disk and the journal are looked at, in milliseconds. */
const interval = 5_000;

export class Vitals {
  readonly #runtime: Runtime;
  readonly #log: Log;
  #trouble: string | undefined;
  #checking: Promise<void> | undefined;
  #stop: () => void = () => {};

  constructor(runtime: Runtime, log: Log) {
    this.#runtime = runtime;
    this.#log = log;
  }

  /** Why nothing new is taken now; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#runtime.state === 'running' ? this.#trouble : `the runtime is ${this.#runtime.state}`;
  }

  /** @throws {Refusal} 503 while nothing new is taken. */
  assertTakesWork(): void {
    if (this.trouble !== undefined) throw new Refusal(503, `No new work is taken: ${this.trouble}.`);
  }

  start(): void {
    const { clock } = this.#runtime;
    let timer = clock.setTimeout(() => void round(), 0);
    let stopped = false;
    const round = async () => {
      await this.check();
      if (!stopped) timer = clock.setTimeout(() => void round(), interval);
    };
    this.#stop = () => {
      stopped = true;
      clock.clearTimeout(timer);
    };
  }

  stop(): void {
    this.#stop();
  }

  /** Looks now. Never throws: what it finds is {@linkcode trouble}. */
  check(): Promise<void> {
    // Everybody may ask whether it is ready, and each look is a commit: those who ask at one time share it.
    this.#checking ??= this.#look().then((trouble) => {
      this.#checking = undefined;
      this.#set(trouble);
    });
    return this.#checking;
  }

  /** The journal just failed to write; the next look tells whether it has recovered. One that is not open yet has not failed. */
  report(thrown: unknown): void {
    if (this.#runtime.state === 'running') this.#set(errorMessage(thrown));
  }

  #set(trouble: string | undefined): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    // Once when it begins: how many bytes are free is another number at each look.
    if (trouble !== undefined && before === undefined)
      this.#log.error('no new work is taken', { why: trouble });
    if (trouble === undefined && before !== undefined) this.#log.info('new work is taken again');
  }

  async #look(): Promise<string | undefined> {
    const { plan, journal, clock } = this.#runtime;
    try {
      if (plan.journal.path !== ':memory:') {
        const disk = await statfs(dirname(plan.journal.path));
        const free = disk.bavail * disk.bsize;
        if (free < plan.limits.minFreeDisk)
          return `the disk of the journal has ${free} bytes free, ${plan.limits.minFreeDisk} are wanted`;
      }
      await journal.probe(clock.now());
      return undefined;
    } catch (thrown) {
      return errorMessage(thrown);
    }
  }
}
