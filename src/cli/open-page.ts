import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage } from '../core/failure.ts';
import type { Log } from '../core/log.ts';

export interface OpenPageOptions {
  /** The page, with the token in its fragment where it has one. */
  readonly url: string;
  /** The data folder. */
  readonly folder: string;
  readonly log: Log;
  /** Hands an address to the desktop; by default the package `open`. */
  readonly open?: (address: string) => Promise<unknown>;
}

/**
 * Opens a page in the user's browser; where there is none the log says so. The address goes by way of a file that only
 * this user may read: on the command line of a browser everybody on the machine would see its token.
 */
export async function openPage({ url, folder, log, open = openInBrowser }: OpenPageOptions): Promise<void> {
  const path = join(folder, 'inspect.html');
  try {
    // Anew, because the mode is that of a file which is made.
    rmSync(path, { force: true });
    const link = `<!doctype html><title>Callboard</title><meta http-equiv="refresh" content="0; url=${encodeURI(url)}">\n`;
    writeFileSync(path, link, { mode: 0o600 });
    await open(pathToFileURL(path).href);
  } catch (thrown) {
    log.warn('no browser could be opened', { error: errorMessage(thrown) });
  }
}

async function openInBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  const opener = await open(address);
  await new Promise((resolve, reject) => opener.once('spawn', resolve).once('error', reject));
}
