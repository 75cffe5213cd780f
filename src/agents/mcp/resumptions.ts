/** Times that the library asks for the rest of a stream where it is refused. */
const tries = 2;

/**
 * The requests whose streams ended without an answer, by the last events of these. The library asks for what comes
 * after them, but does not look whether that brings the answer.
 */
export class Resumptions {
  readonly #byEvent = new Map<string, { readonly request: unknown; refusals: number }>();

  add(lastEvent: string, request: unknown): void {
    this.#byEvent.set(lastEvent, { request, refusals: 0 });
  }

  /** The request whose answer should come after this event; undefined where there is none. */
  requestAfter(lastEvent: string): unknown {
    return this.#byEvent.get(lastEvent)?.request;
  }

  /** The rest is there. */
  found(lastEvent: string): void {
    this.#byEvent.delete(lastEvent);
  }

  /** Whether the library does not ask for the rest again, after it was refused with this status, or without any. */
  isLost(lastEvent: string, status: number | undefined): boolean {
    const resumption = this.#byEvent.get(lastEvent);
    if (resumption === undefined) return false;
    resumption.refusals += 1;
    // Not offered, or nothing: that is enough for it.
    const isEnough = status !== undefined && (status === 405 || status < 400);
    const isLost = isEnough || resumption.refusals >= tries;
    if (isLost) this.#byEvent.delete(lastEvent);
    return isLost;
  }
}
