import type { Redactor } from '../core/redact.ts';

/** Keeps the first bytes of a stream and counts the rest. */
export class HeadOfOutput {
  readonly #limit: number;
  readonly #redactor: Redactor;
  /** Bytes that are kept: beyond the limit as many as a secret that lies across it may take. */
  readonly #room: number;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #total = 0;

  /** `limit` is in bytes. */
  constructor(limit: number, redactor: Redactor) {
    this.#limit = limit;
    this.#redactor = redactor;
    this.#room = limit + redactor.reach;
  }

  add(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const room = this.#room - this.#kept;
    if (room <= 0) return;
    // A copy: a slice would hold the whole chunk.
    const part = chunk.length <= room ? chunk : chunk.slice(0, room);
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  /**
   * The text without secrets and without its final newline. Invalid UTF-8 becomes U+FFFD; where the stream was longer
   * than the limit, a line at the end says so.
   */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    const text = decoder().decode(bytes);
    if (this.#total <= this.#limit) return this.#redactor.text(text).replace(/\r?\n$/, '');
    // `stream` leaves out the half of a character at the cut.
    const { length } = decoder().decode(bytes.subarray(0, this.#limit), { stream: true });
    const head = this.#redactor.head(text, length);
    return `${head}\n[output cut: ${this.#total} bytes were printed, the first ${this.#limit} are kept]`;
  }
}

/** Keeps the last bytes of a stream. */
export class TailOfOutput {
  readonly #limit: number;
  readonly #redactor: Redactor;
  readonly #room: number;
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #total = 0;

  /** `limit` is in bytes. */
  constructor(limit: number, redactor: Redactor) {
    this.#limit = limit;
    this.#redactor = redactor;
    this.#room = limit + redactor.reach;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    this.#total += chunk.length;
    // Joined only at twice the room, so that a stream of single bytes is not copied again for each.
    if (this.#kept <= 2 * this.#room && this.#chunks.length <= 1_024) return;
    this.#chunks = [this.#join()];
    this.#kept = Math.min(this.#kept, this.#room);
  }

  /** The text without secrets, trimmed at its end. Invalid UTF-8 becomes U+FFFD; `…` in front says that there was more. */
  text(): string {
    const bytes = this.#join();
    const text = decoder().decode(bytes);
    if (this.#total <= this.#limit) return this.#redactor.text(text).trimEnd();
    let start = bytes.length - this.#limit;
    // The tail may begin inside a character.
    for (let skipped = 0; skipped < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80; skipped += 1) start += 1;
    const { length } = decoder().decode(bytes.subarray(start));
    return `…${this.#redactor.tail(text, length).trimEnd()}`;
  }

  #join(): Uint8Array {
    const all = Buffer.concat(this.#chunks);
    return all.length <= this.#room ? all : Uint8Array.from(all.subarray(all.length - this.#room));
  }
}

function decoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
