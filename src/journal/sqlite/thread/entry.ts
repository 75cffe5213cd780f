// Where the journal's thread begins; built to dist/journal-thread.js.
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../../../core/clock.ts';
import { openSqliteJournal } from '../open.ts';
import { serve } from './serve.ts';

const path: unknown = workerData;
if (parentPort === null || typeof path !== 'string')
  throw new Error('this is the journal’s thread, no program');
const clock = new SystemClock();
await serve(parentPort, () => openSqliteJournal({ path, clock }));
