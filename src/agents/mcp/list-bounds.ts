import { Failure } from '../../core/failure.ts';
import { messageLimit } from './stdio-transport.ts';

const mostPages = 100;
const mostTools = 1_000;

/** One answer to `tools/list`. */
export interface ToolPage {
  readonly tools: readonly unknown[];
  readonly nextCursor?: string | null | undefined;
}

/**
 * Looks at each page of a list of tools, in order. All of them together may take as many bytes as one message: a server
 * that names a next page for ever would fill the memory, however short each page is.
 *
 * @throws {Failure} `tool_server`, when the list does not end or is too long.
 */
export function listBounds(): (page: ToolPage) => void {
  const cursors = new Set<string>();
  let pages = 0;
  let tools = 0;
  let bytes = 0;
  return (page) => {
    const { nextCursor } = page;
    pages += 1;
    tools += page.tools.length;
    bytes += Buffer.byteLength(JSON.stringify(page));
    if (tools > mostTools) throw refusal(`is too long: it has more than ${mostTools} tools`);
    if (bytes > messageLimit) throw refusal(`is too long: it has more than ${messageLimit / 2 ** 20} MiB`);
    if (typeof nextCursor !== 'string') return;
    if (cursors.has(nextCursor)) throw refusal('does not end: it comes back to a page that was there before');
    if (pages === mostPages) throw refusal(`does not end: it has more than ${mostPages} pages`);
    cursors.add(nextCursor);
  };
}

function refusal(what: string): Failure {
  return new Failure('tool_server', `its list of tools ${what}`);
}
