// One start of a tool server, from its first message to its end.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { formatDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import { Redactor } from '../../core/redact.ts';
import { unlessAborted } from '../aborted.ts';
import type { AgentHost } from '../host.ts';
import { toolServerVariables } from '../processes.ts';
import type { McpServerPlan } from '../specification.ts';
import { type Limit, within } from '../within.ts';
import { listBounds } from './list-bounds.ts';
import { sessionFetch } from './session-fetch.ts';
import { StdioTransport } from './stdio-transport.ts';
import { type ToolAnswer, toolAnswer } from './tool-answer.ts';
import { type ServerTool, toolList } from './tool-list.ts';

/** Milliseconds to start in, and to list the tools in; the first start may have to download the server. */
const startTimeout = 60_000;
/** Milliseconds in which a server has to answer a ping, or to say anything else. */
const patience = 10_000;
/** The same while calls are under way: many servers do nothing else while a tool works. */
const busyPatience = 60_000;
/** Requests end by our own signals; this only switches the library's limit of a minute off. */
const noTimeout = 2 ** 31 - 1;

const inTime = (timeout: number, message: string): Limit => ({
  timeout,
  failure: () => new Failure('timeout', message),
});

export class Connection {
  readonly #plan: McpServerPlan;
  readonly #host: AgentHost;
  #client: Client | undefined;
  #transport: Transport | undefined;
  #isClosed = false;
  #openedAt: number | undefined;
  #callsUnderWay = 0;
  /** Messages of the server that have come. */
  #heard = 0;
  #check: Promise<boolean> | undefined;

  constructor(plan: McpServerPlan, host: AgentHost) {
    this.#plan = plan;
    this.#host = host;
  }

  /** Starts the server. Once. */
  async open(): Promise<void> {
    this.#openedAt = this.#host.clock.monotonic();
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const transport = await this.#makeTransport();
    // Closed meanwhile: nobody would end what is started now.
    if (this.#isClosed) throw new Failure('tool_server', 'it is stopped');
    transport.onmessage = () => {
      this.#heard += 1;
    };
    this.#transport = transport;
    this.#client = new Client({ name: 'callboard', version: '1' });
    await this.#client.connect(transport, { timeout: startTimeout }).catch((thrown: unknown) => {
      throw this.#explained(thrown);
    });
  }

  /** Calls back when the server ends, or is closed. */
  onEnd(callback: () => void): void {
    if (this.#client !== undefined) this.#client.onclose = callback;
  }

  /** Milliseconds since its start began. */
  get age(): number {
    return this.#openedAt === undefined ? 0 : this.#host.clock.monotonic() - this.#openedAt;
  }

  /** The last that the server wrote to its stderr, without secrets. */
  get stderr(): string {
    return this.#transport instanceof StdioTransport ? this.#transport.stderr : '';
  }

  /** What the server did that it had to be ended for, to follow its name. */
  get fault(): string | undefined {
    return this.#transport instanceof StdioTransport ? this.#transport.fault : undefined;
  }

  /** Every tool that the server offers now. `leaveOut` hears of those that a model cannot be told of. */
  async list(signal: AbortSignal, leaveOut: (tool: string) => void): Promise<readonly ServerTool[]> {
    const { page: schema, read } = await toolList();
    const { clock } = this.#host;
    const endsAt = clock.monotonic() + startTimeout;
    const late = `it did not list all of them within ${formatDuration(startTimeout)}`;
    const check = listBounds();
    const tools: ServerTool[] = [];
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      // Each page under a signal of its own: the library would cancel those that have come, too.
      const limit = inTime(endsAt - clock.monotonic(), late);
      const page = await this.#ask(signal, limit, (client, options) =>
        client.request({ method: 'tools/list', params }, schema, options),
      );
      check(page);
      for (const entry of page.tools) {
        const tool = read(entry);
        if ('unreadable' in tool) leaveOut(tool.unreadable);
        else tools.push(tool);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tools;
  }

  /** Calls a tool, once, for as long as it takes. */
  async call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    { signal, traceparent }: { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
  ): Promise<ToolAnswer> {
    // Source: https://modelcontextprotocol.io/seps/414-request-meta.md
    const trace = traceparent === undefined ? {} : { _meta: { traceparent } };
    const params = { name: tool, arguments: input, ...trace };
    const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    this.#callsUnderWay += 1;
    try {
      return await this.#ask(signal, undefined, async (client, options) =>
        // Not `callTool`: an answer that is not as declared would be an error, though the tool has done its work.
        toolAnswer(await client.request({ method: 'tools/call', params }, ResultSchema, options)),
      );
    } finally {
      this.#callsUnderWay -= 1;
    }
  }

  /** Whether the server answers a ping soon, with an error for example, or says anything else in that time. */
  isAnswering(): Promise<boolean> {
    this.#check ??= this.#ping().finally(() => {
      this.#check = undefined;
    });
    return this.#check;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.close().catch(() => {});
  }

  async #ping(): Promise<boolean> {
    const heardBefore = this.#heard;
    try {
      const timeout = this.#callsUnderWay > 0 ? busyPatience : patience;
      const limit = inTime(timeout, `it did not answer within ${formatDuration(timeout)}`);
      await this.#ask(new AbortController().signal, limit, (client, options) => client.ping(options));
      return true;
    } catch (thrown) {
      return !(thrown instanceof Failure) || this.#heard > heardBefore;
    }
  }

  /** @throws {Failure} when aborted, when there is no answer in time, or when the server cannot be sent anything any more. */
  async #ask<T>(
    signal: AbortSignal,
    limit: Limit | undefined,
    ask: (client: Client, options: RequestOptions) => Promise<T>,
  ): Promise<T> {
    const client = this.#client;
    if (client === undefined) throw new Failure('tool_server', 'it is not started');
    const askUntil = (until: AbortSignal) => ask(client, { signal: until, timeout: noTimeout });
    const work = (controller: AbortController) =>
      limit === undefined
        ? askUntil(controller.signal)
        : within(limit, controller, askUntil, this.#host.clock);
    return unlessAborted(signal, work).catch((thrown: unknown) => {
      throw this.#explained(thrown);
    });
  }

  /** Of the end of a connection the library says only that. */
  #explained(thrown: unknown): unknown {
    if (this.fault === undefined || thrown instanceof Failure) return thrown;
    return new Error(`the tool server ${this.fault}`, { cause: thrown });
  }

  async #makeTransport(): Promise<Transport> {
    const { clock, redactor = new Redactor(), journal } = this.#host;
    const { deserializeMessage } = await import('@modelcontextprotocol/sdk/shared/stdio.js');
    if ('command' in this.#plan) {
      const env = { ...this.#plan.env, ...(journal === undefined ? {} : toolServerVariables(journal)) };
      return new StdioTransport({ ...this.#plan, env }, clock, redactor, deserializeMessage);
    }
    const { StreamableHTTPClientTransport } = await import(
      '@modelcontextprotocol/sdk/client/streamableHttp.js'
    );
    return new StreamableHTTPClientTransport(new URL(this.#plan.url), {
      requestInit: { headers: { ...this.#plan.headers } },
      fetch: sessionFetch(deserializeMessage),
    });
  }
}
