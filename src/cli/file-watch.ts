// Tells when files change, by looking at them. Notices of the system (`fs.watch`) hang on the file that had the name
// when they were asked for: editors put another file in its place, Kubernetes swaps a link further up, and network and
// container mounts give no notice at all.
import type { Clock } from '../core/clock.ts';
import { stampOf } from '../plan/stamp.ts';

/** How often files are looked at, in milliseconds. */
const interval = 1_000;
/** A file that changes at every look is taken as it is after so many of them. */
const mostLooks = 3;

export interface FileWatchOptions {
  readonly clock: Clock;
  /** How each file stood when it was last read, by absolute path. */
  readonly files: () => ReadonlyMap<string, string>;
  /** Must not reject. After it, `files` tells of what it has read. */
  readonly onChange: () => Promise<void>;
}

/**
 * Calls `onChange` when a file stands otherwise than when it was read, and has not changed between two looks: a file
 * that is still being written may parse, and say less than it will. Within four seconds of the change.
 * @returns ends the watch.
 */
export function watchFiles({ clock, files, onChange }: FileWatchOptions): () => void {
  let stopped = false;
  let before = '';
  let looks = 0;
  const look = async () => {
    const now = [...files().keys()].map(stampOf).join('\n');
    if (now === [...files().values()].join('\n')) looks = 0;
    else {
      looks += 1;
      if ((looks > 1 && now === before) || looks > mostLooks) {
        looks = 0;
        await onChange();
      }
    }
    before = now;
    if (!stopped) timer = clock.setTimeout(() => void look(), interval);
  };
  let timer = clock.setTimeout(() => void look(), interval);
  return () => {
    stopped = true;
    clock.clearTimeout(timer);
  };
}
