import { statusKey } from './local-token.ts';

/** The link that shows a task, as a path. */
export function statusLink(token: string, taskId: string): string {
  return `/status/${encodeURIComponent(taskId)}?key=${statusKey(token, taskId)}`;
}
