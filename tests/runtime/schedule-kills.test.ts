import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundling } from '../../scripts/bundling.js';
import { rawRows } from '../journal/sqlite/raw.ts';
import { fakeRandom } from '../support/fake-random.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const second = 1_000;
const minute = 60 * second;
const period = 10 * second;
/** A second of the machine is a minute of the schedules. */
const speed = 60;
let folder: string;

beforeAll(async () => {
  // Below the root, so that packages are found.
  folder = mkdtempSync(join(root, 'node_modules/.callboard-test-'));
  await build({
    entryPoints: [join(root, 'tests/runtime/fixtures/killed-schedules.ts')],
    outfile: join(folder, 'killed-schedules.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // One file starts in half the time of a thousand.
    ...bundling,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['node', [process.execPath], 200],
  [
    'deno',
    [join(root, 'node_modules/.bin/deno'), 'run', '-A', '--no-config', '--node-modules-dir=manual'],
    10,
  ],
] as const)('under %s', (_, command, kills) => {
  test(`${kills} kills around instants: none runs twice, none is lost`, { timeout: 600_000 }, async () => {
    const data = mkdtempSync(join(tmpdir(), 'callboard-'));
    const path = join(data, 'callboard.db');
    const random = fakeRandom(kills);
    let now = Date.parse('2026-06-01T00:00:05Z');
    for (let kill = 0; kill < kills; kill += 1) {
      const lines = 2 + Math.floor(random.next() * 30);
      now = await runUntilKilled([...command, join(folder, 'killed-schedules.mjs')], path, now, lines);
      // Half of the restarts are short, the others leave instants that are late.
      if (random.next() < 0.5) now += Math.floor(random.next() * 4 * minute);
      // However slow the machine is, no start finds the hundred instants of which `all` would leave some out. This
      // also sets the clock back now and then.
      now = Math.min(now, lastInstant(path, 'all') + 30 * period);
    }
    expect(rawRows(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const all = outcome(path, 'all');
    const latest = outcome(path, 'latest');
    expect(all.tasks.length).toBeGreaterThan(kills);
    expect(all.late).toBeGreaterThan(kills / 4);
    expect(all.without).toEqual([]);
    expect(all.skipped).toEqual([]);
    expect(latest.without.length).toBeGreaterThan(kills / 4);
    expect(perMinute(latest.without)).toEqual(latest.skipped);
    rmSync(data, { recursive: true });
  });
});

/** Kills it once it has said so many lines; returns the time that it had last said. */
async function runUntilKilled(command: readonly string[], path: string, from: number, lines: number) {
  const [program = '', ...first] = command;
  const child = spawn(program, [...first, path, String(from), String(speed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.split('\n').length > lines) child.kill('SIGKILL');
  });
  const [, signal] = await closed;
  if (signal !== 'SIGKILL') throw new Error(`it ended by itself: ${said}`);
  // The last line may be cut off.
  return Number(said.split('\n').at(-2)?.split(' ')[1]);
}

/** What the journal tells of the instants of an agent's schedule, up to the last one that is dealt with. */
function outcome(path: string, agent: string) {
  const tasks = rawRows(
    path,
    `SELECT scheduled_at, created_at FROM tasks WHERE agent = '${agent}' ORDER BY scheduled_at`,
  ).map((row) => ({ at: Number(row.scheduled_at), createdAt: Number(row.created_at) }));
  const ran = new Set(tasks.map(({ at }) => at));
  expect(ran.size, `${agent}: no instant twice`).toBe(tasks.length);
  const without: number[] = [];
  for (let at = tasks[0]?.at ?? 0; at <= lastInstant(path, agent); at += period) {
    if (!ran.has(at)) without.push(at);
  }
  const skipped = rawRows(
    path,
    `SELECT at, count, reason FROM skips WHERE agent = '${agent}' ORDER BY at`,
  ).map((row) => ({ at: Number(row.at), count: Number(row.count), reason: row.reason }));
  const late = tasks.filter(({ at, createdAt }) => createdAt - at > minute).length;
  return { tasks, without, skipped, late };
}

function lastInstant(path: string, agent: string): number {
  const [trigger] = rawRows(path, `SELECT last_instant FROM triggers WHERE agent = '${agent}'`);
  return Number(trigger?.last_instant);
}

function perMinute(instants: readonly number[]) {
  const counts = new Map<number, number>();
  for (const at of instants) {
    const start = Math.floor(at / minute) * minute;
    counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  return [...counts].map(([at, count]) => ({ at, count, reason: 'missed' }));
}
