import { modelOf } from '../agents/prices.ts';
import type { Log } from '../core/log.ts';
import type { Plan } from '../plan/plan.ts';

/** Says which model is used where the file configures none, and what it was found by. */
export function logFoundModel({ llms, agents }: Plan, log: Log): void {
  const llm = llms.get('default');
  const isUsed = [...agents.values()].some(({ work }) => work.type === 'llm' && work.llm === 'default');
  if (llm?.foundBy === undefined || !isUsed) return;
  const model = modelOf(llm) ?? 'the first that is installed';
  log.info('model found', { provider: llm.provider, model, by: llm.foundBy });
}
