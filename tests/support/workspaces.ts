import { afterEach } from 'vitest';
import { Workspace } from './program.ts';

/**
 * For the top of a test file: what it gives makes workspaces, as many as a test needs, and each is closed when the test
 * that made it is over.
 */
export function workspaces(): () => Workspace {
  const made: Workspace[] = [];
  afterEach(async () => {
    await Promise.all(made.splice(0).map((place) => place.close()));
  });
  return () => {
    const place = new Workspace();
    made.push(place);
    return place;
  };
}
