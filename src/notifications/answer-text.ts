import type { Redactor } from '../core/redact.ts';

/** How much of an answer is read; the connection is dropped where there is more. */
export const mostRead = 65_536;
/** How much of it is kept, in bytes of UTF-8. */
const mostKept = 2_048;

/**
 * The first 2 KiB of an answer as text that can be stored and shown: bytes that are no UTF-8 and control characters
 * other than tab and line ends become U+FFFD. A compressed answer is named, not inflated: a few bytes can hold gigabytes.
 */
export function answerText(
  bytes: Uint8Array,
  contentEncoding: string | undefined,
  redactor: Redactor,
): string {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    return cut(redactor.text(`[${printable(encoding)}, ${bytes.length} bytes]`));
  // `stream`: a character that the cut splits is left out, not replaced.
  const beginning = (size: number) => new TextDecoder().decode(bytes.subarray(0, size), { stream: true });
  const text = printable(beginning(mostKept + redactor.reach));
  // A mask may be longer than its secret.
  return cut(redactor.head(text, beginning(mostKept).length));
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd');
}

function cut(text: string): string {
  const kept = new Uint8Array(mostKept);
  const { read } = new TextEncoder().encodeInto(text, kept);
  return text.slice(0, read);
}
