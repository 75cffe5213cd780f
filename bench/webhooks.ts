// How many webhook calls a second are verified, parsed, committed with every commit synced and answered 202, beside
// a bare Hono server that does HMAC and JSON only: each in a process of its own, in turns, 32 connections of `wrk`, or
// of autocannon where that is not installed. Prints one line a turn and the medians. Arguments: turns (7), seconds (2).
// Under Deno: `deno run -A bench/webhooks.ts`; under Node it is bundled by esbuild into a folder beside `dist/`, with
// packages left outside. TMPDIR says on which disk the journal lies.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import autocannon from 'autocannon';
import { Hono } from 'hono';
import { readyUrl } from './support/program.ts';

const secret = 'the secret of the bench';
const body = JSON.stringify({ order: 'x'.repeat(520) });
const signature = createHmac('sha256', secret).update(body).digest('hex');
const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature };
const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (process.argv[2] === 'bare') serveBare();
else await compare(Number(process.argv[2] ?? 7), Number(process.argv[3] ?? 2));

function serveBare(): void {
  const app = new Hono();
  app.post('/webhooks/bench', async (c) => {
    const bytes = Buffer.from(await c.req.arrayBuffer());
    const given = Buffer.from(c.req.header('x-webhook-signature') ?? '', 'hex');
    const expected = createHmac('sha256', secret).update(bytes).digest();
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.body(null, 401);
    const parsed: unknown = JSON.parse(bytes.toString());
    return c.json({ status: typeof parsed === 'object' ? 'accepted' : 'odd' }, 202);
  });
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
    process.stdout.write(`${JSON.stringify({ message: 'ready', url: `http://127.0.0.1:${port}` })}\n`);
  });
}

interface Figures {
  readonly rate: number;
  readonly p99: number;
  readonly refused: number;
}

/** Both stay up and are loaded in turns: the speed of a shared machine changes within seconds. */
async function compare(turns: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-bench-'));
  const bare = await start([...selfCommand(), 'bare']);
  const ours = await start([...mainCommand(), ...runArguments(folder)]);
  for (const { url } of [bare, ours]) await load(url, 3);
  const ratios: number[] = [];
  const tails: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const [theirs, own] = [await load(bare.url, seconds), await load(ours.url, seconds)];
    ratios.push(own.rate / theirs.rate);
    tails.push(own.p99);
    console.log(
      `bare ${Math.round(theirs.rate)}/s, Callboard ${Math.round(own.rate)}/s, p99 ${own.p99} ms, ${theirs.refused + own.refused} not 202`,
    );
  }
  console.log(`median ratio ${median(ratios).toFixed(2)}, median p99 ${median(tails)} ms`);
  for (const { stop } of [bare, ours]) await stop();
  rmSync(folder, { recursive: true });
}

function selfCommand(): string[] {
  const self = fileURLToPath(import.meta.url);
  return self.endsWith('.ts') ? ['run', '-A', self] : [self];
}

function mainCommand(): string[] {
  const isDeno = fileURLToPath(import.meta.url).endsWith('.ts');
  return isDeno ? ['run', '-A', join(root, 'mod.ts')] : [join(root, 'dist/main.js')];
}

/** One agent that is busy throughout: what is measured is taking calls in, and their tasks wait in the journal. */
function runArguments(folder: string): string[] {
  const file = join(folder, 'callboard.yaml');
  writeFileSync(
    file,
    `limits: { queue: 10000000 }
agents:
  bench: { type: command, command: [sleep, '3600'], timeout: 2h, concurrency: 1, trigger: { type: webhook, secret: ${secret}, response: { mode: async } } }
`,
  );
  return ['run', file, '--port', '0', '--data', folder, '--log-format', 'json', '--log-level', 'info'];
}

async function start(args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url: await readyUrl(child.stdout), stop };
}

/** By `wrk` where it is installed: a load that itself needs a whole core takes it from the server's second thread. */
function load(url: string, seconds: number): Promise<Figures> {
  return hasWrk ? loadByWrk(url, seconds) : loadByAutocannon(url, seconds);
}

async function loadByAutocannon(url: string, duration: number): Promise<Figures> {
  const { requests, latency, non2xx } = await autocannon({
    url: `${url}/webhooks/bench`,
    method: 'POST',
    headers,
    body,
    connections: 32,
    duration,
  });
  return { rate: requests.average, p99: latency.p99, refused: non2xx };
}

async function loadByWrk(url: string, seconds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-bench-'));
  const script = join(folder, 'post.lua');
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  writeFileSync(
    script,
    ['wrk.method = "POST"', `wrk.body = ${JSON.stringify(body)}`, ...lines, ''].join('\n'),
  );
  const args = ['-t1', '-c32', `-d${seconds}s`, '--latency', '-s', script, `${url}/webhooks/bench`];
  const { stdout } = await promisify(execFile)('wrk', args);
  rmSync(folder, { recursive: true });
  const [, p99 = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99: Number(p99) * (unit === 's' ? 1_000 : unit === 'us' ? 0.001 : 1),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
