// A tool server as a child process. In place of the library's own transport, which lets the server see variables
// that nobody listed, leaves its children behind and takes the terminal's Ctrl-C, so that tools would be gone
// before the tasks that still use them.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { type Clock, sleep } from '../../core/clock.ts';
import { Failure } from '../../core/failure.ts';
import type { Redactor } from '../../core/redact.ts';
import { TailOfOutput } from '../bounded-output.ts';
import { endProcessGroup } from '../processes.ts';
import type { McpServerPlan } from '../specification.ts';
import { errorInPlaceOf, type ReadMessage } from './invalid-answer.ts';
import { Lines } from './lines.ts';

/** Bytes of one message of a server. */
export const messageLimit = 10 * 2 ** 20;

/** Milliseconds that a server has to end by itself once its stdin is closed, as the protocol asks of it. */
const endDelay = 2_000;

/** Lines that are read in one turn of the event loop, so that a server that writes many does not hold everything up. */
const linesPerTurn = 100;
/** Turns without anything more to read after which nothing is to come from a server that has ended. */
const quietTurns = 3;

/** Most log lines on stdout are none: to read them and fail costs much more. */
const mayBeMessage = (line: string) => /^[ \t]*\{/.test(line);

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  readonly #plan: Extract<McpServerPlan, { command: readonly string[] }>;
  readonly #clock: Clock;
  readonly #log: TailOfOutput;
  readonly #read: ReadMessage;
  readonly #lines = new Lines(messageLimit);
  #child: ChildProcess | undefined;
  #fault: string | undefined;
  /** Lines that came and are still to be read. */
  #waiting: string[] = [];
  #isReading = false;
  /** Whether nothing has come, or was read, in this turn. */
  #isQuiet = true;
  #exited: Promise<void> = Promise.resolve();

  constructor(
    plan: Extract<McpServerPlan, { command: readonly string[] }>,
    clock: Clock,
    redactor: Redactor,
    read: ReadMessage,
  ) {
    this.#plan = plan;
    this.#clock = clock;
    this.#log = new TailOfOutput(2_000, redactor);
    this.#read = read;
  }

  /** The last that the server wrote to its stderr, without secrets. */
  get stderr(): string {
    return this.#log.text();
  }

  /** What the server did that it had to be ended for, to follow its name. */
  get fault(): string | undefined {
    return this.#fault;
  }

  async start(): Promise<void> {
    const [program = '', ...args] = this.#plan.command;
    const { cwd, env } = this.#plan;
    const child = spawn(program, args, { cwd, env, detached: true, stdio: 'pipe' });
    this.#child = child;
    // There are no streams, whatever the types say, where too many files are open to start it.
    const stdout: Readable | undefined = child.stdout;
    stdout?.on('data', (chunk: Buffer) => this.#receive(stdout, chunk));
    child.stderr?.on('data', (chunk: Uint8Array) => this.#log.add(chunk));
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream?.on('error', (error) => this.onerror?.(error));
    }
    const started = new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.on('error', reject);
    });
    this.#exited = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    void this.#exited.then(async () => {
      // What it wrote last is still on its way, an answer for example.
      if (stdout !== undefined) await this.#readOut(stdout);
      this.onclose?.();
    });
    await started;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (stdin === null || stdin === undefined || !stdin.writable) {
      throw new Failure('tool_server', 'the server has ended', { retryable: true });
    }
    if (stdin.write(`${JSON.stringify(message)}\n`)) return;
    await Promise.race([new Promise<void>((resolve) => stdin.once('drain', resolve)), this.#exited]);
  }

  /** Closes the server's stdin, and ends its process group if that does not end it. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.stdin?.end();
    const waiting = new AbortController();
    await Promise.race([this.#exited, sleep(this.#clock, endDelay, waiting.signal).catch(() => {})]);
    waiting.abort();
    if (child.pid !== undefined) await endProcessGroup(child.pid, this.#clock);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    this.#waiting = [];
  }

  #receive(stdout: Readable, chunk: Buffer): void {
    this.#isQuiet = false;
    const lines = this.#linesOf(chunk);
    if (lines.length === 0) return;
    const possible = lines.filter(mayBeMessage);
    const others = lines.length - possible.length;
    if (others > 0) this.#tell(new Error(`passed over lines that are no messages: ${others}`));
    this.#waiting = [...this.#waiting, ...possible];
    // More may come even so: when a process ends, Node lets its output flow.
    stdout.pause();
    if (!this.#isReading) this.#readOn(stdout);
  }

  #readOn(stdout: Readable): void {
    this.#isQuiet = false;
    this.#isReading = true;
    for (const line of this.#waiting.splice(0, linesPerTurn)) this.#take(line);
    this.#clock.nextTurn(() => {
      this.#isReading = false;
      if (this.#waiting.length > 0) this.#readOn(stdout);
      else stdout.resume();
    });
  }

  #take(line: string): void {
    try {
      this.onmessage?.(this.#messageOf(line));
    } catch (thrown) {
      // A line that is no message, a log line on stdout for example, is passed over.
      this.#tell(thrown);
    }
  }

  /** Resolves when all is read that a server wrote before it ended. What it left behind may keep its stdout open. */
  async #readOut(stdout: Readable): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet = this.#isQuiet ? quiet + 1 : 0) {
      if (this.#waiting.length === 0 && (stdout.readableEnded || stdout.destroyed)) return;
      this.#isQuiet = true;
      await new Promise<void>((resolve) => this.#clock.nextTurn(resolve));
    }
  }

  #messageOf(line: string): JSONRPCMessage {
    try {
      return this.#read(line);
    } catch (thrown) {
      const instead = errorInPlaceOf(line);
      if (instead === undefined) throw thrown;
      return instead;
    }
  }

  #linesOf(chunk: Buffer): readonly string[] {
    if (this.#fault !== undefined) return [];
    try {
      return this.#lines.add(chunk);
    } catch (thrown) {
      this.#fault = `sent a message of more than ${messageLimit / 2 ** 20} MiB and was ended`;
      this.#tell(thrown);
      void this.close();
      return [];
    }
  }

  #tell(thrown: unknown): void {
    this.onerror?.(thrown instanceof Error ? thrown : new Error(String(thrown)));
  }
}
