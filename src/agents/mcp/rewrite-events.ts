/**
 * Passes a stream of events on, chunk by chunk. `replace` is asked about the data of each, and told whether it has an
 * id; what it answers stands in its place. Only then does an event go on, so each comes whole, and one that the end of the stream cuts off does not come.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function rewriteEvents(replace: Replace): (chunk: Uint8Array) => Uint8Array<ArrayBuffer> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  /** The first half of a line's end may be one of its own: what waited for the other would wait for more than has to come. */
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

function rewritten(event: readonly string[], replace: Replace): string {
  const data = event.filter(isData).map((line) => line.slice('data:'.length).replace(/^ /, ''));
  const instead = data.length === 0 ? undefined : replace(data.join('\n'), event.some(isId));
  const lines =
    instead === undefined ? event : [...event.filter((line) => !isData(line)), `data: ${instead}`];
  return `${lines.join('\n')}\n\n`;
}

type Replace = (data: string, hasId: boolean) => string | undefined;

const isId = (line: string) => /^id:(?! ?$)/.test(line);
const isData = (line: string) => line.startsWith('data:');
