/** What `replace` is told of an event. */
export interface StreamEvent {
  readonly data: string;
  /** `message` where it has none. */
  readonly name: string;
  /** Empty where it has none. */
  readonly id: string;
}

type Replace = (event: StreamEvent) => string | undefined;

/**
 * Passes a stream of events on, chunk by chunk. `replace` is asked about each that has data; what it answers stands in
 * place of that. Only then does an event go on, so each comes whole, and one that the end of the stream cuts off does
 * not come.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function rewriteEvents(replace: Replace): (chunk: Uint8Array) => Uint8Array<ArrayBuffer> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  /** Whether the rest of a line's end may still come. Not waited for: nothing more has to come. */
  let endedInReturn = false;
  let line = '';
  let event: string[] = [];
  return (chunk) => {
    const decoded = decoder.decode(chunk, { stream: true });
    if (decoded === '') return new Uint8Array();
    const text = endedInReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    endedInReturn = decoded.endsWith('\r');
    const [first = '', ...others] = text.split(/\r\n|\r|\n/);
    line += first;
    let passed = '';
    for (const next of others) {
      if (line !== '') event.push(line);
      else {
        passed += rewritten(event, replace);
        event = [];
      }
      line = next;
    }
    return encoder.encode(passed);
  };
}

function rewritten(lines: readonly string[], replace: Replace): string {
  const data = valuesOf(lines, 'data');
  const name = valuesOf(lines, 'event').at(-1) || 'message';
  const id = valuesOf(lines, 'id').at(-1) ?? '';
  const instead = data.length === 0 ? undefined : replace({ data: data.join('\n'), name, id });
  const others = lines.filter((line) => fieldOf(line) !== 'data');
  return `${(instead === undefined ? lines : [...others, `data: ${instead}`]).join('\n')}\n\n`;
}

const fieldOf = (line: string) => line.split(':', 1)[0];

function valuesOf(lines: readonly string[], field: string): readonly string[] {
  return lines
    .filter((line) => fieldOf(line) === field)
    .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
}
