/** Pieces of a line that are kept before they are joined: a server may send it byte by byte. */
const mostPieces = 1_024;

/** Makes lines of the chunks of a stream. */
export class Lines {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #size = 0;

  /** `limit` is the most bytes of one line. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The lines that end in this chunk, without their ends.
   *
   * @throws {RangeError} when one is longer than the limit. Nothing can be read after that.
   */
  add(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(Buffer.concat(this.#pieces).toString());
      this.#pieces = [];
      this.#size = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.#limit) throw new RangeError(`a line has more than ${this.#limit} bytes`);
    this.#pieces.push(piece);
    if (this.#pieces.length > mostPieces) this.#pieces = [Buffer.concat(this.#pieces)];
  }
}
