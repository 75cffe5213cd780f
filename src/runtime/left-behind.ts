import { endLeftBehind } from '../agents/processes.ts';
import type { TaskRecord } from '../journal/tasks.ts';
import type { World } from './world.ts';

/** What an attempt that was cut off left running, where no next one will end it. */
export function endLeftBehindOf(world: World, { id, crashes }: TaskRecord): void {
  if (crashes > 0) void endLeftBehind([identityOf(world, id)], world.clock);
}

/** By what its programs are known. */
export const identityOf = (world: World, taskId: string) => ({ taskId, journal: world.plan().journal.path });
