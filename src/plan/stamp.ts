import { statSync } from 'node:fs';

/**
 * How a file stands: another one when its text has changed, or when another file has taken its name, through whatever
 * links. One that is not there has a stamp too. Two changes within one tick of the file system's clock may look alike.
 */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable';
  }
}
