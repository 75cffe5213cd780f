// The built program in a process of its own, for what is measured from outside.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A folder with a config; the journal of what runs on it lies in `data`. TMPDIR says on which disk. */
export class BenchFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'callboard-bench-'));

  constructor(config: string) {
    writeFileSync(this.#config, config);
  }

  get #config(): string {
    return join(this.#path, 'callboard.yaml');
  }

  get journal(): string {
    return join(this.#path, 'data', 'callboard.db');
  }

  /** Starts `dist/main.js` on any free port and waits until it is ready. */
  async start(): Promise<BenchProgram> {
    const child = spawn(
      process.execPath,
      [
        'dist/main.js',
        this.#config,
        '--port',
        '0',
        '--log-format',
        'json',
        '--data',
        join(this.#path, 'data'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const url = await readyUrl(child.stdout);
    return {
      url,
      residentMiB: () => {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
      },
      stop: async () => {
        const closed = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGTERM');
        await closed;
      },
    };
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

export interface BenchProgram {
  readonly url: string;
  residentMiB(): number;
  stop(): Promise<void>;
}

/** Where a program that logs JSON says that it is ready. What it logs after that is let go, so that it fills no pipe. */
export async function readyUrl(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'url' in said && typeof said.url === 'string') {
      stdout.resume();
      return said.url;
    }
  }
  throw new Error('the program ended before it was ready');
}
