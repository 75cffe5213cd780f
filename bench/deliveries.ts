// How fast deliveries go out to a receiver on loopback that answers at once, with every commit synced, from the real
// program in a process of its own:
//   backlog   deliveries that wait in the journal when it starts, to one endpoint
//   tasks     tasks that wait in the journal when it starts; each end causes one delivery
//   paced     webhook calls at a steady rate: from the end of the task to the receipt of its notification
// Prints one line each. Run after `npm run build`, under Node as README's figures were taken: bundled by esbuild,
// with packages left outside. Arguments: how many (5,000), calls a second (200), concurrency of the endpoint (8).
import { createServer } from 'node:http';
import process from 'node:process';
import { SystemClock, sleep } from '../src/core/clock.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open.ts';
import { BenchFolder } from './support/program.ts';

const clock = new SystemClock();
const many = Number(process.argv[2] ?? 5_000);
const pace = Number(process.argv[3] ?? 200);
const concurrency = Number(process.argv[4] ?? 8);
const paceSeconds = 10;
const receiver = await startReceiver();

const config = `
limits: { queue: 10000000 }
agents:
  bench:
    type: echo
    concurrency: 8
    trigger: { type: webhook, auth: none, response: { mode: async } }
    notifications: [{ id: hook, url: "${receiver.url}", events: [task.completed], concurrency: ${concurrency} }]
`;

for (const [name, fill] of [
  ['backlog', addDeliveries],
  ['tasks', addTasks],
] as const) {
  await run(fill, async () => {
    await receiver.waitFor(many);
    const [first = 0] = receiver.times.values();
    const last = Math.max(...receiver.times.values());
    console.log(`${name}: ${many} in ${Math.round(last - first)} ms, ${perSecond(many, last - first)}/s`);
  });
}
await run(undefined, async (url) => {
  const calls: Promise<Response>[] = [];
  const started = clock.monotonic();
  for (let call = 0; call < pace * paceSeconds; call += 1) {
    await sleep(clock, started + (call * 1_000) / pace - clock.monotonic());
    calls.push(fetch(`${url}/webhooks/bench`, { method: 'POST', body: '{"order":1}' }));
  }
  for (const response of await Promise.all(calls)) {
    if (response.status !== 202) throw new Error(`a call was answered ${response.status}`);
  }
  await receiver.waitFor(calls.length);
});
await receiver.close();

/** Runs the program on a journal of its own, and at the end tells how long each delivery took from its task's end. */
async function run(
  fill: ((journal: Journal) => Promise<void>) | undefined,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const folder = new BenchFolder(config);
  if (fill !== undefined) {
    const journal = await openSqliteJournal({ path: folder.journal, clock });
    await fill(journal);
    await journal.close();
  }
  receiver.clear();
  const program = await folder.start();
  try {
    await work(program.url);
  } finally {
    await program.stop();
  }
  if (fill === undefined) await tellLatency(folder.journal);
  folder.remove();
}

async function addDeliveries(journal: Journal): Promise<void> {
  const createdAt = clock.now();
  await inGroups((index) =>
    journal.addDelivery({
      id: `msg_${index}`,
      taskId: `manual-bench-${index}`,
      agent: 'bench',
      notification: 'hook',
      event: 'task.completed',
      endpoint: 'bench/hook',
      url: undefined,
      body: JSON.stringify({ type: 'task.completed', result: 'x'.repeat(200) }),
      createdAt,
      expiresAt: createdAt + 86_400_000,
    }),
  );
}

async function addTasks(journal: Journal): Promise<void> {
  const createdAt = clock.now();
  await inGroups((index) =>
    journal.admitTask({
      queueLimit: many + 1,
      task: {
        id: `manual-bench-${1_700_000_000_000_000_000n + BigInt(index)}`,
        agent: 'bench',
        trigger: 'manual',
        triggerType: 'manual',
        input: 'x'.repeat(200),
        createdAt,
      },
    }),
  );
}

/** Many at once share a commit. */
async function inGroups(add: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < many; from += 500) {
    await Promise.all(Array.from({ length: Math.min(500, many - from) }, (_, index) => add(from + index)));
  }
}

/** A delivery is made in the commit of its task's end, so its time is that of the end. */
async function tellLatency(path: string): Promise<void> {
  const journal = await openSqliteJournal({ path, clock });
  const latencies: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await journal.listDeliveries({ limit: 500, cursor });
    for (const { id, createdAt } of page.items) {
      const received = receiver.times.get(id);
      if (received === undefined) throw new Error(`${id} was not received`);
      latencies.push(received - createdAt);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  await journal.close();
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor((latencies.length - 1) * part)];
  const count = latencies.length;
  console.log(
    `paced: ${count} at ${pace}/s, from task end to receipt p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
  );
}

/** Notes, by `webhook-id`, when each delivery first came, in wall milliseconds. */
async function startReceiver() {
  const times = new Map<string, number>();
  let wanted = 0;
  let done = () => {};
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const id = String(request.headers['webhook-id']);
      if (!times.has(id)) times.set(id, clock.now());
      response.end();
      if (times.size >= wanted) done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    times,
    clear: () => times.clear(),
    waitFor: (count: number) =>
      new Promise<void>((resolve) => {
        wanted = count;
        done = resolve;
        if (times.size >= count) resolve();
      }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1_000) / ms);
}
