// What 100,000 deliveries that wait for their next attempt cost in memory, beside the same program without any: resident
// memory 15 seconds after the start, and again after a second start; their attempt counts and instants are compared with
// what was stored. Run after `npm run build`, bundled by esbuild with packages left outside. Argument: how many.
import process from 'node:process';
import { SystemClock, sleep } from '../src/core/clock.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open.ts';
import { BenchFolder } from './support/program.ts';

const clock = new SystemClock();
const many = Number(process.argv[2] ?? 100_000);
const step = 1_000;
const hour = 3_600_000;
const started = clock.now();
/** Not due while it is weighed. */
const dueAt = (index: number) => started + 2 * hour + index;

const config = `
agents:
  bench:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications: [{ id: hook, url: "http://127.0.0.1:9/", events: [task.completed], retry: { max_attempts: 9 } }]
`;

const folder = new BenchFolder(config);
const without = await weigh();
await withJournal(fill);
const first = await weigh();
const second = await weigh();
console.log(
  `idle ${without} MiB; with ${many} waiting deliveries ${first} MiB, after another start ${second} MiB`,
);
await withJournal(compare);
folder.remove();

async function withJournal(work: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openSqliteJournal({ path: folder.journal, clock });
  await work(journal);
  await journal.close();
}

/** Each has failed once, and waits for an instant of its own. */
async function fill(journal: Journal): Promise<void> {
  for (let from = 0; from < many; from += step) {
    const indexes = Array.from({ length: Math.min(step, many - from) }, (_, offset) => from + offset);
    await Promise.all(
      indexes.map((index) =>
        journal.addDelivery({
          id: `msg_${index}`,
          taskId: `manual-bench-${index}`,
          agent: 'bench',
          notification: 'hook',
          event: 'task.completed',
          endpoint: 'bench/hook',
          url: undefined,
          body: JSON.stringify({ type: 'task.completed', result: 'x'.repeat(200) }),
          createdAt: started,
          expiresAt: started + 24 * hour,
        }),
      ),
    );
    const { claimed } = await journal.claimDeliveries({ endpoint: 'bench/hook', limit: step, now: started });
    await Promise.all(
      claimed.map(({ id, fence }) =>
        journal.settleDelivery({
          id,
          fence,
          at: started,
          attempt: { at: started, status: 503, durationMs: 1, error: undefined, answer: undefined },
          counts: true,
          next: { status: 'backoff', nextAttemptAt: dueAt(Number(id.slice('msg_'.length))) },
        }),
      ),
    );
  }
}

async function compare(journal: Journal): Promise<void> {
  let cursor: string | undefined;
  let seen = 0;
  do {
    const page = await journal.listDeliveries({ limit: 1_000, cursor });
    for (const { id, status, attemptsUsed, nextAttemptAt, attempts } of page.items) {
      const kept = status === 'backoff' && attemptsUsed === 1 && attempts.length === 1;
      if (!kept || nextAttemptAt !== dueAt(Number(id.slice('msg_'.length))))
        throw new Error(`${id} is ${status}`);
      seen += 1;
    }
    cursor = page.next;
  } while (cursor !== undefined);
  if (seen !== many) throw new Error(`${seen} of ${many} are there`);
  console.log(`all ${many} have their attempt and their instant`);
}

/** Resident memory of the program, in MiB, 15 seconds after its start. */
async function weigh(): Promise<number> {
  const program = await folder.start();
  await sleep(clock, 15_000);
  const resident = program.residentMiB();
  await program.stop();
  return Math.round(resident);
}
