import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';

type Done = Parameters<SpanExporter['export']>[1];

/** An exporter that says in the log when its receiver fails, and when it works again: once each. */
export class TellingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #about: { readonly to: string; readonly log: Log; readonly redactor: Redactor };
  #failing = false;

  constructor(
    exporter: SpanExporter,
    about: { readonly to: string; readonly log: Log; readonly redactor: Redactor },
  ) {
    this.#exporter = exporter;
    this.#about = about;
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      this.#tell(result.error);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #tell(error: Error | undefined): void {
    const failing = error !== undefined;
    if (failing === this.#failing) return;
    this.#failing = failing;
    const { to, log, redactor } = this.#about;
    if (error === undefined) log.info('traces are sent again', { to });
    else log.warn('traces cannot be sent; they are dropped', { to, error: redactor.text(error.message) });
  }
}
