import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { BodyCorrupt, BodyTooLarge, EncodingUnsupported } from './body-error.ts';

/**
 * Undoes the content encodings of a body, the last one first.
 * @param contentEncoding The `Content-Encoding` header: any list of up to three of `gzip`, `deflate` (with or
 * without the header of zlib), `br` and `identity`.
 * @param limit The most bytes that any of them may inflate to; no more are ever held.
 * @throws {BodyTooLarge} {@linkcode BodyCorrupt} {@linkcode EncodingUnsupported}
 */
export async function inflateBody(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  limit: number,
): Promise<Uint8Array> {
  if (contentEncoding === undefined) return bytes;
  const encodings = contentEncoding
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  const unknown = encodings.find((encoding) => !inflaters.has(encoding));
  if (unknown !== undefined || encodings.length > 3)
    throw new EncodingUnsupported((unknown ?? encodings.join(', ')).slice(0, 100));
  let inflated = bytes;
  for (const encoding of encodings.reverse()) inflated = await undo(encoding, inflated, limit);
  return inflated;
}

type Inflater = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflateZlib: Inflater = promisify(inflate);
const inflateBare: Inflater = promisify(inflateRaw);
const inflateGzip: Inflater = promisify(gunzip);
const inflateAnyBrotli: Inflater = promisify(brotliDecompress);

/** Deno's zlib takes a stream that was cut for a whole one, its `DecompressionStream` does not. */
const inflateBrotli: Inflater = async (bytes, options) => {
  const inflated = await inflateAnyBrotli(bytes, options);
  // After the limit: this one has none.
  const again = brotliStream();
  if (again !== undefined) {
    const whole = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(again);
    await whole.pipeTo(new WritableStream());
  }
  return inflated;
};

/** Undefined where the runtime does not know the format: Node's own zlib refuses what was cut. */
function brotliStream(): DecompressionStream | undefined {
  try {
    // The format is younger than TypeScript's list of them.
    return Reflect.construct(DecompressionStream, ['brotli']);
  } catch {
    return undefined;
  }
}

const inflaters: ReadonlyMap<string, Inflater> = new Map([
  ['gzip', inflateGzip],
  ['x-gzip', inflateGzip],
  ['br', inflateBrotli],
  // RFC 9110 means zlib's format by `deflate`; some senders leave its two bytes of header away.
  ['deflate', (bytes, options) => (hasZlibHeader(bytes) ? inflateZlib : inflateBare)(bytes, options)],
]);

function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

async function undo(encoding: string, bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const inflater = inflaters.get(encoding);
  // Some clients put the header on requests without a body.
  if (inflater === undefined || bytes.length === 0) return bytes;
  let inflated: Uint8Array;
  try {
    inflated = await inflater(bytes, { maxOutputLength: Math.max(1, limit) });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new BodyTooLarge(limit);
    throw new BodyCorrupt(encoding, thrown);
  }
  if (inflated.length > limit) throw new BodyTooLarge(limit);
  return inflated;
}
