// One tool server: not running → starting → running → (died: not running, until the backoff is over) → stopped.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { backoffDelay } from '../../core/backoff.ts';
import { sleep } from '../../core/clock.ts';
import { errorMessage, Failure } from '../../core/failure.ts';
import { Redactor } from '../../core/redact.ts';
import { abortFailure, unlessAborted } from '../aborted.ts';
import type { AgentHost } from '../host.ts';
import type { McpServerPlan } from '../specification.ts';
import { sessionFetch } from './session-fetch.ts';
import { StdioTransport } from './stdio-transport.ts';
import { type ToolAnswer, toolAnswer } from './tool-answer.ts';
import { type ServerTool, toolList } from './tool-list.ts';

const restarts = { maxAttempts: Number.POSITIVE_INFINITY, initialDelay: 500, maxDelay: 60_000 };
/** Milliseconds after which a server that dies is not held to be in a crash loop. */
const steadyAfter = 60_000;
/** Milliseconds to start in and to list the tools; the first start may have to download the server. */
const startTimeout = 60_000;
/** The run's own signal ends a call; this only switches the library's limit of a minute off. */
const noTimeout = 2 ** 31 - 1;

export class ToolServer {
  readonly title: string;
  readonly #plan: McpServerPlan;
  readonly #host: AgentHost;
  #starting: Promise<Client> | undefined;
  #failures = 0;
  #notBefore = 0;
  #generation = 0;
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
    try {
      return await this.#list(await this.#client(signal), signal);
    } catch (thrown) {
      await this.#dropLostSession(thrown);
      // It ended behind our back; listing again, from a new one, harms nothing.
      const isGone = this.#starting === undefined;
      if (isGone && !signal.aborted && !(thrown instanceof Failure)) return this.#listAgain(signal);
      throw this.#listFailure(thrown);
    }
  }

  /** Calls a tool, once. What goes wrong in the call is an answer for the model to read, not an error. */
  async call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    { signal, traceparent }: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
  ): Promise<ToolAnswer> {
    // Source: https://modelcontextprotocol.io/seps/414-request-meta.md
    const trace = traceparent === undefined ? {} : { _meta: { traceparent } };
    const client = await this.#client(signal);
    const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    try {
      return await unlessAborted(signal, async (controller) => {
        const options = { signal: controller.signal, timeout: noTimeout };
        const params = { name: tool, arguments: input, ...trace };
        // Not `callTool`: an answer that is not as declared would be an error, though the tool has done its work.
        return toolAnswer(await client.request({ method: 'tools/call', params }, ResultSchema, options));
      });
    } catch (thrown) {
      if (signal.aborted) throw abortFailure(signal);
      await this.#dropLostSession(thrown);
      return { text: errorMessage(thrown), isError: true };
    }
  }

  /** Ends the server for good. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Failure('tool_server', `${this.title} is stopped`));
    await this.#drop();
  }

  async #client(signal: AbortSignal): Promise<Client> {
    if (this.#stopping.signal.aborted) throw abortFailure(this.#stopping.signal);
    if (this.#starting === undefined) {
      const generation = this.#nextGeneration();
      this.#starting = this.#start(generation);
      // Whoever waits for it hears of it; nobody may be waiting any more.
      this.#starting.catch(() => {});
    }
    const starting = this.#starting;
    return unlessAborted(signal, () => starting);
  }

  async #start(generation: number): Promise<Client> {
    const { clock, random, log } = this.#host;
    const stopping = this.#stopping.signal;
    const wait = this.#notBefore - clock.monotonic();
    if (wait > 0) await sleep(clock, wait, stopping);
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const transport = await this.#transport();
    const client = new Client({ name: 'callboard', version: '1' });
    const startedAt = clock.monotonic();
    const ended = (why: string) => {
      // A server that was given up on is not news, and must not touch the one that came after it.
      if (generation !== this.#generation) return;
      const wasSteady = clock.monotonic() - startedAt >= steadyAfter;
      this.#failures = wasSteady ? 1 : this.#failures + 1;
      this.#notBefore = clock.monotonic() + backoffDelay(restarts, this.#failures, random);
      this.#starting = undefined;
      log?.('warn', `${this.title} ${why}`);
    };
    try {
      await unlessAborted(stopping, () => client.connect(transport, { timeout: startTimeout }));
    } catch (thrown) {
      ended(`did not start: ${errorMessage(thrown)}`);
      await client.close().catch(() => {});
      if (stopping.aborted) throw abortFailure(stopping);
      const said = transport instanceof StdioTransport ? transport.stderr : '';
      const message = `Cannot start ${this.title}: ${errorMessage(thrown)}${said === '' ? '' : `: ${said}`}`;
      throw new Failure('tool_server', message, { retryable: true });
    }
    client.onclose = () => ended('ended; it is started again when it is needed');
    return client;
  }

  async #transport(): Promise<Transport> {
    const { clock, redactor = new Redactor() } = this.#host;
    if ('command' in this.#plan) return new StdioTransport(this.#plan, clock, redactor);
    const { StreamableHTTPClientTransport } = await import(
      '@modelcontextprotocol/sdk/client/streamableHttp.js'
    );
    return new StreamableHTTPClientTransport(new URL(this.#plan.url), {
      requestInit: { headers: { ...this.#plan.headers } },
      fetch: sessionFetch(),
    });
  }

  async #list(client: Client, signal: AbortSignal): Promise<readonly ServerTool[]> {
    const { page: schema, read } = await toolList();
    const tools: ServerTool[] = [];
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      const page = await unlessAborted(signal, (controller) =>
        client.request({ method: 'tools/list', params }, schema, {
          signal: controller.signal,
          timeout: startTimeout,
        }),
      );
      for (const entry of page.tools) {
        const tool = read(entry);
        if ('unreadable' in tool) this.#leaveOut(tool.unreadable);
        else tools.push(tool);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tools;
  }

  #leaveOut(name: string): void {
    if (this.#leftOut.has(name)) return;
    this.#leftOut.add(name);
    this.#host.log?.(
      'warn',
      `${this.title} has a tool that cannot be offered, for its description cannot be read: ${name}`,
    );
  }

  async #listAgain(signal: AbortSignal): Promise<readonly ServerTool[]> {
    const client = await this.#client(signal);
    return this.#list(client, signal).catch((thrown: unknown) => {
      throw this.#listFailure(thrown);
    });
  }

  #listFailure(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    const message = `${this.title} cannot list its tools: ${errorMessage(thrown)}`;
    return new Failure('tool_server', message, { retryable: true });
  }

  /** A server over HTTP answers 404 to a session that it no longer knows (Model Context Protocol, "Session Management"). */
  async #dropLostSession(thrown: unknown): Promise<void> {
    const { StreamableHTTPError } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    if (thrown instanceof StreamableHTTPError && thrown.code === 404) await this.#drop();
  }

  /** Gives the running server up; the next use starts another. */
  async #drop(): Promise<void> {
    const starting = this.#starting;
    this.#starting = undefined;
    this.#nextGeneration();
    const client = await starting?.catch(() => undefined);
    await client?.close().catch(() => {});
  }

  #nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }
}
