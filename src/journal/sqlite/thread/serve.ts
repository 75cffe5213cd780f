import type { MessagePort } from 'node:worker_threads';
import type { Journal } from '../../journal.ts';
import { sendError } from './errors.ts';
import type { Call, FromThread, Reply } from './messages.ts';

/** Opens the journal and answers the calls that come through `port`, until one of them closes it. */
export async function serve(port: MessagePort, open: () => Promise<Journal>): Promise<void> {
  const tell = (message: FromThread) => port.postMessage(message);
  let journal: Journal;
  try {
    journal = await open();
  } catch (thrown) {
    return tell({ type: 'failed', error: sendError(thrown) });
  }
  let replies: Reply[] = [];
  let commits: [number, number][] = [];
  journal.onCommit((ms, operations) => commits.push([ms, operations]));

  function reply(one: Reply): void {
    replies.push(one);
    // A commit settles all operations of its group in one go: what is queued after the first comes after the last.
    if (replies.length === 1) queueMicrotask(flush);
  }
  function flush(): void {
    tell({ type: 'replies', replies, commits, waiting: journal.waitingTasks() });
    replies = [];
    commits = [];
  }
  function answer({ id, method, args }: Call): void {
    const called: Promise<unknown> = Reflect.apply(journal[method], journal, args);
    called.then(
      (result) => reply({ id, result }),
      (thrown: unknown) => reply({ id, error: sendError(thrown) }),
    );
  }
  port.on('message', (calls: readonly Call[]) => calls.forEach(answer));
  tell({ type: 'opened', waiting: journal.waitingTasks() });
}
