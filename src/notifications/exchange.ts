import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/failure.ts';
import type { AddressGuard } from './address-guard.ts';

export interface SendRequest {
  /**
   * `http:` or `https:`, or for e-mail `smtp:` or `smtps:`. Its credentials go out as Basic unless `headers` has
   * `Authorization`; of a mail server they are the login.
   */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds for the whole exchange: look-up, connection, request and answer. */
  readonly timeout: number;
  readonly guard: AddressGuard;
  readonly signal: AbortSignal;
  /** Who an e-mail is from and goes to; only and always with `smtp:` and `smtps:`. */
  readonly email?: { readonly from: string; readonly to: readonly string[] } | undefined;
}

/** What became of one attempt to send. */
export type SendResult =
  | {
      readonly kind: 'answer';
      readonly protocol: 'http' | 'smtp';
      readonly status: number;
      /** The `Retry-After` header. */
      readonly retryAfter: string | undefined;
      /** Its first 2 KiB, redacted. */
      readonly answer: string;
      readonly durationMs: number;
    }
  /** No whole answer came; another attempt may succeed. */
  | { readonly kind: 'network'; readonly error: string; readonly durationMs: number }
  /** Nothing was sent, and no further attempt would be. */
  | { readonly kind: 'refused'; readonly reason: string; readonly durationMs: number };

type Untimed<Result> = Result extends SendResult ? Omit<Result, 'durationMs'> : never;
/** A result before the time that it took is known. */
export type Exchange = Untimed<SendResult>;

/**
 * Runs one exchange under its time-out, which `clock` keeps, and takes its time. `run` gets a signal that fires at the
 * time-out or when the request's own does; it must not reject. One that does not heed the signal is left behind.
 * @throws the reason of the request's signal, where that ended it.
 */
export async function runExchange(
  clock: Clock,
  { timeout, signal }: Pick<SendRequest, 'timeout' | 'signal'>,
  run: (signal: AbortSignal) => Promise<Exchange>,
): Promise<SendResult> {
  signal.throwIfAborted();
  const started = clock.monotonic();
  // Not AbortSignal.any: on Node 20 a signal that is made of others may never fire.
  const controller = new AbortController();
  let leave: (exchange: Exchange) => void = () => {};
  const left = new Promise<Exchange>((resolve) => {
    leave = resolve;
  });
  const abort = (reason: unknown) => {
    controller.abort(reason);
    // A look-up or a connection that is being made goes on regardless. What does end may say first how far it came.
    clock.nextTurn(() => leave({ kind: 'network', error: errorMessage(reason) }));
  };
  const onAbort = () => abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = clock.setTimeout(() => abort(new Error(`no whole answer within ${timeout} ms`)), timeout);
  try {
    const result = await Promise.race([run(controller.signal), left]);
    // What was answered counts, even where a stop came at the same time.
    if (result.kind === 'network') signal.throwIfAborted();
    return { ...result, durationMs: Math.round(clock.monotonic() - started) };
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
