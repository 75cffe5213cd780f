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
    for await (const line of createInterface({ input: child.stdout })) {
      const said: unknown = JSON.parse(line);
      if (typeof said !== 'object' || said === null || !('url' in said) || typeof said.url !== 'string')
        continue;
      // What it logs from here on is not read, and must not fill the pipe.
      child.stdout.resume();
      return {
        url: said.url,
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
    throw new Error('the program ended before it was ready');
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
