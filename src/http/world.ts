import type { HttpBindings } from '@hono/node-server';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
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
  /** The local token (contract, section 7): what status links are signed with. */
  readonly token: string;
}

export type HttpEnvironment = { Bindings: HttpBindings };
