import { type Calendar, CalendarError, type CalendarSpec } from '../calendar/calendar.ts';
import { createCalendar } from '../calendar/create.ts';
import { fingerprint } from '../calendar/fingerprint.ts';
import type { Path } from '../config/places.ts';
import type { ScheduleConfig } from '../config/schema/trigger.ts';
import { formatDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { type BuildContext, compileAt } from './context.ts';
import type { SchedulePlan } from './plan.ts';
import { scheduleInput } from './schedule-input.ts';

/** A schedule trigger; undefined where it has no calendar, which is then a problem. */
export function buildSchedule(
  context: BuildContext,
  path: Path,
  config: ScheduleConfig,
  owner: { readonly agent: string; readonly id: string; readonly timezone: string },
): SchedulePlan | undefined {
  const spec: CalendarSpec = {
    cron: config.cron,
    every: config.every,
    at: config.at,
    timezone: config.timezone ?? owner.timezone,
    dst: config.dst,
  };
  const input = compileAt(context, [...path, 'input'], config.input);
  const calendar = buildCalendar(context, path, config, spec);
  if (calendar === undefined) return undefined;
  if (config.enabled) {
    warnOfNever(context, path, config, calendar);
    warnOfLongJitter(context, path, config, calendar);
  }
  checkInput(context, [...path, 'input'], { ...owner, input }, calendar);
  return {
    type: 'schedule',
    agent: owner.agent,
    id: owner.id,
    enabled: config.enabled,
    calendar,
    source: sourceOf(config),
    fingerprint: fingerprint(spec),
    input,
    overlap: config.overlap,
    missed: config.missed,
    missedWindow: config.missed_window,
    jitter: config.jitter,
  };
}

function buildCalendar(
  context: BuildContext,
  path: Path,
  config: ScheduleConfig,
  spec: CalendarSpec,
): Calendar | undefined {
  const { problems } = context;
  const given = (['cron', 'every', 'at'] as const).filter((field) => config[field] !== undefined);
  const [first, second] = given;
  if (first === undefined) {
    problems.error(path, 'a schedule needs cron, every or at', { at: 'key' });
    return undefined;
  }
  if (second !== undefined) {
    problems.error([...path, second], `a schedule takes one of cron, every and at: ${first} is given too`, {
      at: 'key',
    });
    return undefined;
  }
  try {
    return createCalendar(spec);
  } catch (thrown) {
    if (!(thrown instanceof CalendarError)) throw thrown;
    const own = [...path, thrown.field];
    const place = problems.places.has(own) ? own : ['defaults', thrown.field];
    const value = thrown.field === 'timezone' ? spec.timezone : config[thrown.field];
    problems.error(place, `${thrown.field} ${problems.shown(place, value)}: ${thrown.message}`);
    // Whatever else is wrong with it is said as well.
    if (thrown.field === 'timezone') buildCalendar(context, path, config, { ...spec, timezone: 'UTC' });
    return undefined;
  }
}

/** A template whose data is known beforehand is tried at once: at night nobody is there to mend it. */
function checkInput(
  { problems, clock }: BuildContext,
  path: Path,
  trigger: Parameters<typeof scheduleInput>[0],
  calendar: Calendar,
): void {
  const at = calendar.next(clock.now())?.at ?? clock.now();
  try {
    scheduleInput(trigger, at, at);
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    problems.error(path, `${thrown.message} (for the instant ${new Date(at).toISOString()})`);
  }
}

function warnOfNever(
  { problems, clock }: BuildContext,
  path: Path,
  config: ScheduleConfig,
  calendar: Calendar,
): void {
  const now = clock.now();
  if (config.every !== undefined || calendar.next(now) !== undefined) return;
  const field = config.cron === undefined ? 'at' : 'cron';
  const place = [...path, field];
  problems.warning(
    place,
    `${field} ${problems.shown(place, config[field])} ${whyNever(field, calendar, now)}`,
  );
}

/** A task that waits for its delay is not over, and may be in the way of the next one. */
function warnOfLongJitter(
  { problems, clock }: BuildContext,
  path: Path,
  { jitter, overlap }: ScheduleConfig,
  calendar: Calendar,
): void {
  if (jitter === 0 || overlap === 'allow' || overlap === 'queue_all') return;
  const shortest = shortestInterval(calendar, clock.now());
  if (jitter <= shortest) return;
  const what = overlap === 'skip' ? 'skipped' : 'displaced';
  const between = `${formatDuration(shortest)} between two instants`;
  problems.warning(
    [...path, 'jitter'],
    `jitter ${formatDuration(jitter)} is longer than the ${between}: with overlap ${overlap} some are ${what} while another waits for its delay`,
  );
}

/** Milliseconds between the closest two of the next instants; infinite where there are fewer than two. */
function shortestInterval(calendar: Calendar, now: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  let last = calendar.next(now)?.at;
  for (let count = 1; count < 25 && last !== undefined; count += 1) {
    const next: number | undefined = calendar.next(last)?.at;
    if (next !== undefined) shortest = Math.min(shortest, next - last);
    last = next;
  }
  return shortest;
}

function whyNever(field: 'at' | 'cron', calendar: Calendar, now: number): string {
  if (calendar.nextSkipped(now, Number.POSITIVE_INFINITY) !== undefined) {
    const times = field === 'at' ? 'this time' : 'each of its times';
    return `never runs: the clocks of ${calendar.timezone} skip ${times}, and dst is skip`;
  }
  return field === 'at' ? 'lies in the past: the trigger never runs' : 'never comes: no such day exists';
}

function sourceOf({ cron, every, at }: ScheduleConfig): string {
  if (cron !== undefined) return cron;
  return every !== undefined ? `every ${formatDuration(every)}` : `at ${at}`;
}
