import { errorMessage, Failure } from '../core/failure.ts';
import { TimeValue } from '../templates/data.ts';
import type { SchedulePlan } from './plan.ts';

/**
 * The input of a scheduled task: the trigger's template over `.scheduled_at .fired_at .trigger .agent`. Times are wall
 * milliseconds.
 * @throws {Failure} `invalid_input` when the template fails.
 */
export function scheduleInput(
  { agent, id, input }: Pick<SchedulePlan, 'agent' | 'id' | 'input'>,
  scheduledAt: number,
  firedAt: number,
): string {
  const data = {
    scheduled_at: new TimeValue(scheduledAt),
    fired_at: new TimeValue(firedAt),
    trigger: id,
    agent,
  };
  try {
    return input?.render(data) ?? '';
  } catch (thrown) {
    throw new Failure('invalid_input', `the template of input failed: ${errorMessage(thrown)}`);
  }
}
