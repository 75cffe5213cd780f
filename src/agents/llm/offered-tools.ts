// The tools of one run: what the allow-list lets through, under names that providers accept. Only what stands here
// can be called, whatever name the model comes up with.
import type { ToolSet } from 'ai';
import type { Clock } from '../../core/clock.ts';
import { errorMessage, Failure } from '../../core/failure.ts';
import { Redactor } from '../../core/redact.ts';
import type { Span } from '../../core/trace.ts';
import type { AgentRun } from '../agent.ts';
import type { AgentHost } from '../host.ts';
import { allowList } from '../mcp/allow-list.ts';
import type { ServerTool } from '../mcp/tool-list.ts';
import type { ToolServer } from '../mcp/tool-server.ts';
import { loadAi } from './ai.ts';
import { cleanText, toolOutputLimit } from './untrusted.ts';

/** The longest name that every provider takes. */
const longestName = 64;

interface Offered {
  /** `SERVER/TOOL`: what the task's record and the allow-list call it. */
  readonly title: string;
  readonly server: ToolServer;
  readonly tool: ServerTool;
}

type ToolHost = Pick<AgentHost, 'clock' | 'redactor'>;

/** What came of a call, for the model. */
export interface CallAnswer {
  readonly text: string;
  readonly isError: boolean;
}

export class OfferedTools {
  /** By the name that the model knows. */
  readonly #offered: ReadonlyMap<string, Offered>;
  readonly #run: AgentRun;
  readonly #clock: Clock;
  readonly #redactor: Redactor;

  constructor(offered: ReadonlyMap<string, Offered>, run: AgentRun, host: ToolHost) {
    this.#offered = offered;
    this.#run = run;
    this.#clock = host.clock;
    this.#redactor = host.redactor ?? new Redactor();
  }

  /** For the model: without a way to execute them, so that calls come back to {@linkcode call}. */
  async toolSet(): Promise<ToolSet> {
    const { jsonSchema } = await loadAi();
    return Object.fromEntries(
      [...this.#offered].map(([name, { tool }]) => [
        name,
        { description: tool.description, inputSchema: jsonSchema({ ...tool.inputSchema }) },
      ]),
    );
  }

  /** Makes a call that the model asked for, and records it. A name that was not offered is refused. */
  async call(name: string, input: unknown): Promise<CallAnswer> {
    const offered = this.#offered.get(name);
    if (offered === undefined) return this.refuse(name, input, 'not allowed');
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      return this.refuse(offered.title, input, 'its arguments are no JSON object');
    }
    const { signal } = this.#run;
    const startedAt = this.#clock.monotonic();
    const span = this.#startSpan(offered.title);
    const record = (text: string, error: string | undefined) => {
      this.#record(offered.title, input, text, error, this.#clock.monotonic() - startedAt);
      span.end(error);
    };
    try {
      const { traceparent } = span;
      const answer = await offered.server.call(offered.tool.name, { ...input }, { signal, traceparent });
      record(answer.text, answer.isError ? this.#redactor.text(answer.text).slice(0, 500) : undefined);
      return { text: cleanText(answer.text, toolOutputLimit), isError: answer.isError };
    } catch (thrown) {
      record('', errorMessage(thrown));
      // A server that cannot be started again fails the run only if the model cannot do without it.
      if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
      return { text: thrown.message, isError: true };
    }
  }

  /** Records a call that is not made. */
  refuse(name: string, input: unknown, why: string): CallAnswer {
    this.#record(name, input, '', why, 0);
    return { text: `The tool ${name} was not called: ${why}`, isError: true };
  }

  /** Source of the names: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ */
  #startSpan(title: string): Span {
    return this.#run.startSpan(`execute_tool ${title}`, {
      kind: 'client',
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': title },
    });
  }

  #record(name: string, input: unknown, output: string, error: string | undefined, durationMs: number): void {
    this.#run.recordToolCall({
      name,
      at: this.#clock.now() - durationMs,
      durationMs,
      inputBytes: bytesOfJson(input),
      outputBytes: bytesOfJson(output),
      error,
    });
  }
}

/** Asks every server for its tools and keeps those that `globs` allow. No globs: no server is started. */
export async function offerTools(
  servers: ReadonlyMap<string, ToolServer>,
  globs: readonly string[],
  run: AgentRun,
  host: ToolHost,
): Promise<OfferedTools> {
  const offered = new Map<string, Offered>();
  const isAllowed = allowList(globs);
  if (globs.length > 0) {
    for (const [serverName, server] of servers) {
      for (const tool of await server.tools(run.signal)) {
        if (!isAllowed(serverName, tool.name)) continue;
        const title = `${serverName}/${tool.name}`;
        offered.set(freeName(serverName, tool.name, offered), { title, server, tool });
      }
    }
  }
  return new OfferedTools(offered, run, host);
}

function freeName(server: string, tool: string, taken: ReadonlyMap<string, unknown>): string {
  const base = `${server}__${tool}`.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `_${count}`;
    const name = base.slice(0, longestName - suffix.length) + suffix;
    if (!taken.has(name)) return name;
  }
}

function bytesOfJson(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
