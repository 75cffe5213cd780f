import type { HttpBindings } from '@hono/node-server';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import type { Tracer } from '../core/trace.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Access } from './access/access.ts';
import type { Vitals } from './vitals.ts';

/** What every route works with. */
export interface HttpWorld {
  readonly runtime: Runtime;
  readonly redactor: Redactor;
  readonly random: Random;
  readonly log: Log;
  readonly vitals: Vitals;
  readonly access: Access;
  readonly tracer: Tracer;
  /** Undefined where the file switches them off. */
  readonly metrics: Metrics | undefined;
  /** The local token (contract, section 7): what status links are signed with. */
  readonly token: () => string;
}

/** The metrics as the HTTP face knows them: it counts its answers, and serves the page. */
export interface Metrics {
  /** A call was answered; `agent` and `trigger` are empty where its path has none. */
  webhookAnswered(agent: string, trigger: string, status: number): void;
  /** Everything that is measured, in Prometheus' text format; `type` is its content type. */
  page(): Promise<{ readonly type: string; readonly text: string }>;
}

export type HttpEnvironment = { Bindings: HttpBindings };
