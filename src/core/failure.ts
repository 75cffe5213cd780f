/** What a failure is called in the API, the journal and notifications. Adapters may add their own. */
export type FailureCode = string;

/** A failure as data: what the journal stores and the API shows. */
export interface FailureData {
  readonly code: FailureCode;
  readonly message: string;
  /** Whether the same work may succeed when it is tried again. */
  readonly retryable: boolean;
}

/** Work that could not be done, and whether trying again could help: retryability belongs to the failure. */
export class Failure extends Error implements FailureData {
  readonly code: FailureCode;
  readonly retryable: boolean;

  constructor(code: FailureCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  toJSON(): FailureData {
    return { code: this.code, message: this.message, retryable: this.retryable };
  }
}

/** Turns whatever was thrown into a failure. What is not a {@linkcode Failure} gets the code `internal`. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure('internal', errorMessage(thrown), { cause: thrown });
}

/** The message of anything that was thrown. */
export function errorMessage(thrown: unknown): string {
  // A joint error, of several addresses for example, has no message of its own.
  if (thrown instanceof AggregateError && thrown.message === '')
    return thrown.errors.map(errorMessage).join('; ');
  // What `fetch` throws says why in its cause alone.
  if (thrown instanceof TypeError && thrown.message === 'fetch failed' && thrown.cause !== undefined)
    return errorMessage(thrown.cause);
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
