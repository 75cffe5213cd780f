// How fast the journal takes tasks on a real file with every commit synced, and what a claim costs while many
// tasks may not run. Prints one line a figure. Under Deno: `deno run -A bench/journal.ts`; under Node as the
// README's figures were taken: bundled by esbuild, with packages left outside.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { SystemClock } from '../src/core/clock.ts';
import type { Admission } from '../src/journal/admission.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open.ts';
import type { NewTask } from '../src/journal/tasks.ts';

const clock = new SystemClock();
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'callboard-bench-'));
const payload = JSON.stringify({ order: 'x'.repeat(500) });
let number = 0;

function admission(more: Partial<NewTask> = {}): Admission {
  number += 1;
  const createdAt = clock.now();
  return {
    queueLimit: 10_000_000,
    repeat: { keys: [`delivery-${number}`], until: createdAt + 86_400_000 },
    task: {
      id: `webhook-agent-${1_700_000_000_000_000_000n + BigInt(number)}`,
      agent: 'agent',
      trigger: 'hook',
      triggerType: 'webhook',
      input: payload,
      createdAt,
      ...more,
    },
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = clock.monotonic();
  await work();
  return clock.monotonic() - started;
}

async function admissionsPerSecond(journal: Journal, groupSize: number, seconds: number): Promise<number> {
  let admitted = 0;
  const started = clock.monotonic();
  while (clock.monotonic() - started < seconds * 1_000) {
    await Promise.all(Array.from({ length: groupSize }, () => journal.admitTask(admission())));
    admitted += groupSize;
  }
  return (admitted / (clock.monotonic() - started)) * 1_000;
}

async function withJournal(name: string, work: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openSqliteJournal({ path: join(folder, `${name}.db`), clock });
  await work(journal);
  await journal.close();
}

/** The median and the slowest of claims that each end their task and so release the next. */
async function claimCost(journal: Journal, agent: string): Promise<{ claim: number; release: number }> {
  const claims: number[] = [];
  const releases: number[] = [];
  for (let round = 0; round < 201; round += 1) {
    const now = clock.now();
    let fence = 0;
    let taskId = '';
    const claim = await milliseconds(async () => {
      const [task] = await journal.claimTasks({ agent, limit: 1, now });
      fence = task?.fence ?? 0;
      taskId = task?.id ?? '';
    });
    const end = { status: 'completed', result: 'done' } as const;
    const release = await milliseconds(() =>
      journal.recordOutcome({ taskId, fence, at: now, end, deliveries: [] }),
    );
    claims.push(claim);
    releases.push(release);
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return { claim: median(claims), release: median(releases) };
}

async function fill(journal: Journal, count: number, more: Partial<NewTask>): Promise<void> {
  for (let done = 0; done < count; done += 1_000) {
    await Promise.all(Array.from({ length: 1_000 }, () => journal.admitTask(admission(more))));
  }
}

async function synced(journal: Journal): Promise<number> {
  const times: number[] = [];
  journal.onCommit((ms) => times.push(ms));
  for (let round = 0; round < 201; round += 1) await journal.probe(clock.now());
  return times.sort((a, b) => a - b)[100] ?? 0;
}

for (const groupSize of [1, 32, 100]) {
  await withJournal(`group-${groupSize}`, async (journal) => {
    const rate = await admissionsPerSecond(journal, groupSize, 3);
    console.log(`admissions in groups of ${groupSize}: ${Math.round(rate)}/s`);
  });
}
await withJournal('claims', async (journal) => {
  console.log(`smallest commit: ${(await synced(journal)).toFixed(3)} ms`);
  await fill(journal, 1_000, { agent: 'free' });
  const free = await claimCost(journal, 'free');
  console.log(
    `claim of 1,000 free tasks: ${free.claim.toFixed(3)} ms, outcome: ${free.release.toFixed(3)} ms`,
  );
  await fill(journal, 100_000, { agent: 'held', group: 'one key' });
  const held = await claimCost(journal, 'held');
  console.log(
    `claim of 100,000 tasks of one key: ${held.claim.toFixed(3)} ms, outcome and release: ${held.release.toFixed(3)} ms`,
  );
});
rmSync(folder, { recursive: true });
