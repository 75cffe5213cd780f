/** What ends an event of a stream. */
const blankLines = ['\n\n', '\r\r', '\r\n\r\n'];

/**
 * Counts the bytes of an answer; in a stream those of the event that is under way: it may be long, and so may the life of
 * its session.
 */
export function byteCounter(isStream: boolean): (chunk: Uint8Array) => number {
  let count = 0;
  /** What may be the beginning of the blank line that ends an event. */
  let tail = Buffer.alloc(0);
  return (chunk) => {
    const seen = Buffer.concat([tail, chunk]);
    const over = isStream ? Math.max(...blankLines.map((end) => seen.lastIndexOf(end))) : -1;
    count = over === -1 ? count + chunk.length : seen.length - over;
    tail = seen.subarray(-3);
    return count;
  };
}
