// The real program as a child process, under Node and under Deno.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface RuntimeUnderTest {
  readonly name: 'node' | 'deno';
  readonly command: readonly [string, ...string[]];
}

/** What every end-to-end suite runs under. `node dist/main.js` is built by the test command. */
export const runtimes: readonly RuntimeUnderTest[] = [
  { name: 'node', command: [process.execPath, join(root, 'dist/main.js')] },
  { name: 'deno', command: [join(root, 'node_modules/.bin/deno'), 'run', '-A', join(root, 'mod.ts')] },
];

export type LogLine = Readonly<Record<string, unknown>>;

/** A program that runs, and what it has said. */
export class Program {
  readonly process: ChildProcess;
  readonly lines: LogLine[] = [];
  stderr = '';
  /** Resolves with the exit code (or the signal's name) once it has ended and its output is read. */
  readonly ended: Promise<number | string>;
  readonly #watchers = new Set<() => void>();

  constructor(
    runtime: RuntimeUnderTest,
    args: readonly string[],
    options: { cwd: string; env?: Record<string, string> },
  ) {
    const [command, ...first] = runtime.command;
    this.process = spawn(command, [...first, ...args], {
      cwd: options.cwd,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('the program has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(parseLine(line));
      this.#changed();
    });
    stderr.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        resolve(code ?? signal ?? 'unknown');
        this.#changed();
      });
    });
  }

  /** The first log line that fits, now or when it comes. Rejects when the program ends without it. */
  async line(fits: (line: LogLine) => boolean, what: string): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(
          `the program ended before: ${what}\n${this.stderr}\n${JSON.stringify(this.lines.slice(-20))}`,
        );
      }
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  message(message: string): Promise<LogLine> {
    return this.line((line) => line.message === message, message);
  }

  /** Where it listens, once it is ready. */
  async ready(): Promise<string> {
    const { url } = await this.message('ready');
    if (typeof url !== 'string') throw new Error('the ready line has no url');
    return url;
  }

  /** Asks it to stop and resolves with its exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.process.kill(signal);
    return this.ended;
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** A folder of its own for one test: config, data, programs; everything ends with it. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'callboard-'));
  readonly #programs: Program[] = [];

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts the program with `args`, JSON logs at debug level. */
  start(runtime: RuntimeUnderTest, args: readonly string[], env: Record<string, string> = {}): Program {
    const program = new Program(runtime, args, { cwd: this.folder, env });
    this.#programs.push(program);
    return program;
  }

  /** Starts `run` on a config text, on any free port. */
  run(runtime: RuntimeUnderTest, config: string, env: Record<string, string> = {}): Program {
    const file = this.write('callboard.yaml', config);
    return this.start(
      runtime,
      ['run', file, '--port', '0', '--log-format', 'json', '--log-level', 'debug'],
      env,
    );
  }

  /** The local token, once the program has made it. */
  get tokenPath(): string {
    return join(this.folder, 'data', 'api-token');
  }

  /** Kills what still runs. */
  async end(): Promise<void> {
    for (const { process } of this.#programs) process.kill('SIGKILL');
    await Promise.all(this.#programs.map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The environment without what would change a config's meaning. */
function cleanEnvironment(): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'LANG',
    'TMPDIR',
    'DENO_DIR',
    'NPM_CONFIG_REGISTRY',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'DENO_CERT',
    'DENO_TLS_CA_STORE',
    'npm_config_registry',
    'NPM_CONFIG_USERCONFIG',
  ];
  const found = kept.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}

function parseLine(line: string): LogLine {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Not a log line: kept as text.
  }
  return { text: line };
}
