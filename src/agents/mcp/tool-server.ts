// One tool server: not running → starting → running → (died: not running, until the backoff is over;
// given up, for it does not answer: not running, until it has ended) → stopped.
import { backoffDelay } from '../../core/backoff.ts';
import { sleep } from '../../core/clock.ts';
import { errorMessage, Failure } from '../../core/failure.ts';
import { abortFailure, unlessAborted } from '../aborted.ts';
import type { AgentHost } from '../host.ts';
import type { McpServerPlan } from '../specification.ts';
import { Connection } from './connection.ts';
import type { ToolAnswer } from './tool-answer.ts';
import type { ServerTool } from './tool-list.ts';

const restarts = { maxAttempts: Number.POSITIVE_INFINITY, initialDelay: 500, maxDelay: 60_000 };
/** Milliseconds after which a server that dies is not held to be in a crash loop. */
const steadyAfter = 60_000;

export class ToolServer {
  readonly title: string;
  readonly #plan: McpServerPlan;
  readonly #host: AgentHost;
  #current: { readonly connection: Connection; readonly opened: Promise<void> } | undefined;
  /** Over when what was given up has ended. */
  #ending: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #notBefore = 0;
  readonly #stopping = new AbortController();
  /** Tools that were left out, and have been told of. */
  readonly #leftOut = new Set<string>();

  constructor(plan: McpServerPlan, host: AgentHost) {
    this.title =
      'url' in plan ? `tool server ${new URL(plan.url).host}` : `tool server "${plan.command.join(' ')}"`;
    this.#plan = plan;
    this.#host = host;
  }

  /** Every tool that the server offers now. Starts it where it is not running. */
  async tools(signal: AbortSignal): Promise<readonly ServerTool[]> {
    const connection = await this.#connected(signal);
    try {
      return await this.#list(connection, signal);
    } catch (thrown) {
      const judged = this.#judge(connection, thrown);
      await unlessAborted(signal, () => judged);
      // It ended behind our back, or had to be given up; listing again, from a new one, harms nothing.
      if (!this.#isCurrent(connection)) return this.#listAgain(signal);
      throw this.#listFailure(thrown);
    }
  }

  /** Calls a tool, once. What goes wrong in the call is an answer for the model to read, not an error. */
  async call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
  ): Promise<ToolAnswer> {
    const { signal } = options;
    const connection = await this.#connected(signal);
    try {
      return await connection.call(tool, input, options);
    } catch (thrown) {
      const judged = this.#judge(connection, thrown);
      // Whoever is aborted must end soon; the server is judged for those who come after.
      if (signal.aborted) throw abortFailure(signal);
      await unlessAborted(signal, () => judged);
      return { text: errorMessage(thrown), isError: true };
    }
  }

  /** Ends the server for good. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Failure('tool_server', `${this.title} is stopped`));
    const current = this.#current;
    if (current !== undefined) {
      this.#close(current.connection);
      // A start that fails because of this closes what it started.
      await current.opened.catch(() => {});
    }
    await this.#ending;
  }

  async #connected(signal: AbortSignal): Promise<Connection> {
    if (this.#stopping.signal.aborted) throw abortFailure(this.#stopping.signal);
    this.#current ??= this.#begin();
    const { connection, opened } = this.#current;
    await unlessAborted(signal, () => opened);
    return connection;
  }

  #begin() {
    const connection = new Connection(this.#plan, this.#host);
    const opened = this.#open(connection);
    // Whoever waits for it hears of it; nobody may be waiting any more.
    opened.catch(() => {});
    return { connection, opened };
  }

  async #open(connection: Connection): Promise<void> {
    const { clock } = this.#host;
    const stopping = this.#stopping.signal;
    // It may hold what this one needs: a port, or the lock of a file.
    await this.#ending;
    const wait = this.#notBefore - clock.monotonic();
    if (wait > 0) await sleep(clock, wait, stopping);
    try {
      await unlessAborted(stopping, () => connection.open());
    } catch (thrown) {
      this.#ended(connection, `did not start: ${errorMessage(thrown)}`);
      this.#close(connection);
      await this.#ending;
      if (stopping.aborted) throw abortFailure(stopping);
      const said = connection.stderr === '' ? '' : `: ${connection.stderr}`;
      const message = `Cannot start ${this.title}: ${errorMessage(thrown)}${said}`;
      throw new Failure('tool_server', message, { retryable: true });
    }
    connection.onEnd(() =>
      this.#ended(connection, `${connection.fault ?? 'ended'}; it is started again when it is needed`),
    );
  }

  #ended(connection: Connection, why: string): void {
    // The end of a server that was given up is no news, and must not touch the one that came after it.
    if (!this.#isCurrent(connection)) return;
    const { clock, random, log } = this.#host;
    this.#failures = connection.age >= steadyAfter ? 1 : this.#failures + 1;
    this.#notBefore = clock.monotonic() + backoffDelay(restarts, this.#failures, random);
    this.#current = undefined;
    log?.('warn', `${this.title} ${why}`);
  }

  #list(connection: Connection, signal: AbortSignal): Promise<readonly ServerTool[]> {
    return connection.list(signal, (tool) => {
      if (this.#leftOut.has(tool)) return;
      this.#leftOut.add(tool);
      const why = 'for its description cannot be read';
      this.#host.log?.('warn', `${this.title} has a tool that cannot be offered, ${why}: ${tool}`);
    });
  }

  async #listAgain(signal: AbortSignal): Promise<readonly ServerTool[]> {
    const connection = await this.#connected(signal);
    return this.#list(connection, signal).catch((thrown: unknown) => {
      void this.#judge(connection, thrown);
      if (signal.aborted) throw abortFailure(signal);
      throw this.#listFailure(thrown);
    });
  }

  #listFailure(thrown: unknown): Failure {
    const message = `${this.title} cannot list its tools: ${errorMessage(thrown)}`;
    return new Failure('tool_server', message, { retryable: true });
  }

  /**
   * Gives the server up where what was thrown says that it cannot be asked any more, or that it may be unable to answer
   * and it is. A slow call alone is no reason: others may be under way.
   */
  async #judge(connection: Connection, thrown: unknown): Promise<void> {
    if (thrown instanceof Failure) {
      if (await connection.isAnswering()) return;
      this.#ended(connection, 'does not answer; it is ended, and started again when it is needed');
      this.#close(connection);
      return;
    }
    // What a server over HTTP answers to a session that it no longer knows (Model Context Protocol, "Session Management").
    const { StreamableHTTPError } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    if (thrown instanceof StreamableHTTPError && thrown.code === 404) this.#close(connection);
  }

  #close(connection: Connection): void {
    if (this.#isCurrent(connection)) this.#current = undefined;
    this.#ending = Promise.all([this.#ending, connection.close()]);
  }

  #isCurrent(connection: Connection): boolean {
    return this.#current?.connection === connection;
  }
}
