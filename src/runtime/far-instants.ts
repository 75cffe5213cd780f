// What an instant in the future holds up: schedules whose last instant lies there, where nothing of theirs comes due,
// and tasks and deliveries whose wait began there, behind which others may stand. The wall clock was ahead when that was
// recorded, or is behind now: a machine whose battery is flat starts years ago, until it has asked the network. Which of
// the two is told by time alone. So they stand still for an hour; then they go on from now.
import type { Clock, TimerId } from '../core/clock.ts';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Journal } from '../journal/journal.ts';
import type { TriggerRecord } from '../journal/triggers.ts';
import { triggerKey } from './recovery.ts';

/** How far ahead of the clock an instant may lie, in milliseconds. Less is a small correction, soon over. */
const tolerance = 86_400_000;
/** How long a clock may take to be put right, in milliseconds. */
const patience = 3_600_000;
/** How long after one look the next is made, in milliseconds, while there is something to see. */
const interval = 600_000;

export interface FarInstantsOptions {
  readonly clock: Clock;
  readonly journal: () => Journal;
  /** Whether the record is of a schedule that runs. */
  readonly concerns: (record: TriggerRecord) => boolean;
  /** It goes on from `lastInstant`. */
  readonly onMended: (record: TriggerRecord & { readonly lastInstant: number }) => void;
  /** Runs a look with no other change of the records in between. */
  readonly inTurn: (look: () => Promise<void>) => Promise<void>;
  /** Tasks and deliveries come due earlier than they did. */
  readonly onRestarted: () => void;
  readonly log: Log;
}

export class FarInstants {
  readonly #options: FarInstantsOptions;
  /** When each schedule was first found so, by the steady clock. */
  #since = new Map<string, number>();
  /** The same of waits, as long as there are any. */
  #waitsSince: number | undefined;
  #timer: TimerId | undefined;
  #stopped = false;

  constructor(options: FarInstantsOptions) {
    this.#options = options;
  }

  /** Looks now: at the start, and when the wall clock was set. */
  look(): void {
    this.#disarm();
    void this.#options.inTurn(() => this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const after = clock.now() + tolerance;
      await this.#lookAtWaits(after);
      await this.#lookAtSchedules(after);
    } catch (thrown) {
      log.error('cannot look for what stands still', { error: errorMessage(thrown) });
    }
    this.#disarm();
    const found = this.#since.size > 0 || this.#waitsSince !== undefined;
    if (found && !this.#stopped) this.#timer = clock.setTimeout(() => this.look(), interval);
  }

  async #lookAtSchedules(after: number): Promise<void> {
    const { clock, journal, concerns, log } = this.#options;
    const far = (await journal().listTriggers()).filter(
      (record) => (record.lastInstant ?? 0) > after && concerns(record),
    );
    const steady = clock.monotonic();
    const before = this.#since;
    const sinceOf = ({ agent, trigger }: TriggerRecord) => before.get(triggerKey(agent, trigger)) ?? steady;
    this.#since = new Map(far.map((record) => [triggerKey(record.agent, record.trigger), sinceOf(record)]));
    const fresh = far.filter(({ agent, trigger }) => !before.has(triggerKey(agent, trigger)));
    if (fresh.length > 0) {
      const until = new Date(Math.max(...fresh.map(({ lastInstant }) => lastInstant ?? 0))).toISOString();
      log.warn(
        'schedules stand still: their last instants are ahead of the clock. If it is not put right, they go on in an hour',
        { ...named(fresh), until },
      );
    }
    await this.#mend(far.filter((record) => steady - sinceOf(record) >= patience));
  }

  async #mend(records: readonly TriggerRecord[]): Promise<void> {
    if (records.length === 0 || this.#stopped) return;
    const { clock, journal, onMended, log } = this.#options;
    const lastInstant = clock.now();
    // Under one fingerprint a last instant only moves forward. What did run once is known by its instant all the same.
    await journal().saveTriggers(
      records.flatMap((record) => [
        { ...record, fingerprint: 'removed' },
        { ...record, lastInstant, pausedUntil: undefined },
      ]),
    );
    for (const record of records) {
      onMended({ ...record, lastInstant });
      this.#since.delete(triggerKey(record.agent, record.trigger));
    }
    log.warn('schedules go on from now: the clock has not come near their last instants', named(records));
  }

  async #lookAtWaits(after: number): Promise<void> {
    const { clock, journal, onRestarted, log } = this.#options;
    if ((await journal().waitsFromAfter(after)) === 0) {
      this.#waitsSince = undefined;
      return;
    }
    if (this.#waitsSince === undefined) {
      this.#waitsSince = clock.monotonic();
      log.warn(
        'tasks or deliveries stand still: their waits began ahead of the clock. If it is not put right, they begin anew in an hour',
      );
    }
    if (this.#stopped || clock.monotonic() - this.#waitsSince < patience) return;
    let rows = 0;
    for (let some = 1; some > 0; rows += some) some = await journal().restartWaits(after, clock.now());
    this.#waitsSince = undefined;
    log.warn('waits of tasks and deliveries began anew: the clock has not come near their beginning', {
      rows,
    });
    onRestarted();
  }
}

function named(records: readonly TriggerRecord[]) {
  const examples = records.slice(0, 5).map(({ agent, trigger }) => `${agent}/${trigger}`);
  return { schedules: records.length, examples };
}
