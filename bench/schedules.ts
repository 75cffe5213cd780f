// Ten thousand schedules in one file, as 100 agents with 100 each and as 10,000 agents with one: how long a start takes
// until it is ready, how long a stop takes, and how late `echo` tasks start that are all due at one instant. Then how
// long a year of a busy file takes on the clock of the tests. Run after `npm run build`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runBusyYear } from '../tests/support/busy-year.ts';

const schedules = 10_000;
const zones = Intl.supportedValuesOf('timeZone');

/** `perAgent` schedules each, with `when` as the fields that say when. */
function file(perAgent: number, when: (index: number) => string): string {
  const lines = ['limits: { queue: 20000 }', 'agents:'];
  for (let index = 0; index < schedules; index += 1) {
    if (index % perAgent === 0) lines.push(`  agent-${index / perAgent}:`, '    type: echo', '    triggers:');
    lines.push(`      - { type: schedule, id: s${index}, ${when(index)} }`);
  }
  return `${lines.join('\n')}\n`;
}

const daily = (index: number) =>
  `cron: "${index % 60} ${index % 24} * * ${index % 7}", timezone: ${zones[index % zones.length]}`;

async function measure(text: string, until: (line: string) => boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-bench-'));
  writeFileSync(join(folder, 'callboard.yaml'), text);
  const started = performance.now();
  const args = ['dist/main.js', join(folder, 'callboard.yaml'), '--port', '0', '--data', folder];
  const child = spawn(process.execPath, [...args, '--log-format', 'json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let ready = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"message":"ready"')) ready = performance.now() - started;
    if (until(line)) break;
  }
  const asked = performance.now();
  child.stdout.resume();
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true });
  return { ready, stop: performance.now() - asked };
}

const middle = (numbers: readonly number[], share = 0.5) =>
  [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * share)] ?? 0;
const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

for (const perAgent of [100, 1]) {
  const shape = `${schedules / perAgent} agents with ${perAgent}`;
  const runs: { readonly ready: number; readonly stop: number }[] = [];
  for (let run = 0; run < 3; run += 1) {
    runs.push(await measure(file(perAgent, daily), (line) => line.includes('"message":"ready"')));
  }
  const times = (of: 'ready' | 'stop') => {
    const all = runs.map((run) => run[of]);
    return `${seconds(middle(all))} (${all.map(seconds).join(', ')})`;
  };
  console.log(`${shape}: ready after ${times('ready')}, stopped after ${times('stop')}`);

  // Late enough that it is ready by then, wherever this runs.
  const instant = Math.ceil((Date.now() + 15_000) / 1_000) * 1_000;
  const lags: number[] = [];
  await measure(
    file(perAgent, () => `at: "${new Date(instant).toISOString()}"`),
    (line) => {
      if (line.includes('"message":"task started"')) lags.push(Date.parse(JSON.parse(line).time) - instant);
      return lags.length === schedules;
    },
  );
  const first = middle(lags.slice(0, 1_000), 0.99);
  console.log(
    `${shape}, all at once: started p50 ${seconds(middle(lags))}, p99 ${seconds(middle(lags, 0.99))} after the instant; of the first thousand p99 ${seconds(first)}`,
  );
}

const started = performance.now();
const runtime = await runBusyYear();
console.log(`a year of a busy file on the fake clock: ${seconds(performance.now() - started)}`);
await runtime.stop();
