// A changed file takes the place of the one in force, or is refused with its reasons and changes nothing.
import { formatDiagnostic } from '../config/diagnostics.ts';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import type { LoadedPlan } from '../plan/load.ts';
import type { Plan } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface ReloaderOptions {
  readonly runtime: Pick<Runtime, 'plan' | 'reload'>;
  readonly log: Log;
  readonly redactor: Redactor;
  /** Reads the files again. */
  readonly load: () => Promise<LoadedPlan>;
  /** Why a plan cannot run although it is valid; undefined where it can. */
  readonly refuse: (plan: Plan) => string | undefined;
  /** How the files stood when the process read them at its start. */
  readonly files: LoadedPlan['files'];
  /** Reads the certificate again, and tells of another one; undefined without TLS. Throws where it cannot be used. */
  readonly renewTls: (() => object | undefined) | undefined;
  /** Another plan is in force. */
  readonly onReloaded: (plan: Plan) => void;
}

export class Reloader {
  readonly #options: ReloaderOptions;
  #files: ReadonlyMap<string, string>;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#files = options.files;
  }

  /** How the files stood when they were last read. */
  get files(): ReadonlyMap<string, string> {
    return this.#files;
  }

  /** Reads the files and puts them into force, one call after another. Never rejects: the log says what came of it. */
  reload(why: string): Promise<void> {
    this.#last = this.#last.then(() => this.#reload(why));
    return this.#last;
  }

  async #reload(why: string): Promise<void> {
    const { runtime, log, redactor, load, refuse, onReloaded } = this.#options;
    const refused = (details: Record<string, unknown>) =>
      log.error('config not reloaded: the one before stays in force', { why, ...details });
    try {
      const { plan, diagnostics, files } = await load();
      this.#renewTls(why);
      redactor.add(plan?.secrets ?? []);
      for (const diagnostic of diagnostics)
        log[diagnostic.severity === 'error' ? 'error' : 'warn'](formatDiagnostic(diagnostic));
      const refusal = plan && refuse(plan);
      if (plan === undefined || refusal !== undefined) {
        this.#files = files;
        const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
        return refused(refusal === undefined ? { errors } : { error: refusal });
      }
      const { added, removed, needsRestart } = await runtime.reload(plan);
      onReloaded(runtime.plan);
      for (const message of needsRestart) log.warn(message);
      // Only now: what could not be put into force is tried again.
      this.#files = files;
      log.info('config reloaded', {
        why,
        agents: runtime.plan.agents.size,
        ...(added.length > 0 && { added }),
        ...(removed.length > 0 && { removed }),
      });
    } catch (thrown) {
      refused({ error: errorMessage(thrown) });
    }
  }

  /** Certificates are renewed under their old names, so the plan tells nothing of it; they do not wait for a file that is wrong. */
  #renewTls(why: string): void {
    const { log, renewTls } = this.#options;
    try {
      const certificate = renewTls?.();
      if (certificate !== undefined) log.info('certificate renewed', { why, ...certificate });
    } catch (thrown) {
      log.error('certificate not renewed: the one before stays in use', { why, error: errorMessage(thrown) });
    }
  }
}
