// `callboard next`: when the schedules of a file come.
import Table from 'cli-table3';
import type { Instant } from '../../calendar/calendar.ts';
import type { SchedulePlan } from '../../plan/plan.ts';
import { instantNote, localTime } from '../instant-text.ts';
import type { Io } from '../io.ts';
import { noLines } from '../no-lines.ts';
import { readPlan } from '../read-plan.ts';

export interface NextOptions {
  readonly file?: string | undefined;
  /** Of each schedule. Default 5. */
  readonly count?: number | undefined;
  /** Wall milliseconds; default now. */
  readonly from?: number | undefined;
  readonly format?: 'text' | 'json' | undefined;
  readonly envFile?: string | undefined;
}

/** Prints the coming instants of every enabled schedule. */
export async function next(options: NextOptions, io: Io): Promise<number> {
  const read = await readPlan(options, io);
  if (read === undefined) return 2;
  const { plan, path } = read;
  const from = options.from ?? io.clock.now();
  const schedules = [...plan.agents.values()]
    .flatMap(({ triggers }) => triggers)
    .filter((trigger) => trigger.type === 'schedule')
    .filter(({ enabled }) => enabled)
    .map((trigger) => ({ trigger, instants: comingInstants(trigger, from, options.count ?? 5) }));
  io.stdout.write(options.format === 'json' ? asJson(schedules) : asText(schedules, path));
  return 0;
}

interface Coming {
  readonly trigger: SchedulePlan;
  readonly instants: readonly Instant[];
}

function comingInstants({ calendar }: SchedulePlan, from: number, count: number): readonly Instant[] {
  const instants: Instant[] = [];
  for (let instant = calendar.next(from); instant !== undefined && instants.length < count; ) {
    instants.push(instant);
    instant = calendar.next(instant.at);
  }
  return instants;
}

function asJson(schedules: readonly Coming[]): string {
  const items = schedules.flatMap(({ trigger, instants }) =>
    instants.map((instant) => ({
      agent: trigger.agent,
      trigger: trigger.id,
      at: new Date(instant.at).toISOString(),
      local: localTime(instant.at, trigger.calendar.timezone),
      note: instant.note ?? null,
    })),
  );
  return `${JSON.stringify(items)}\n`;
}

function asText(schedules: readonly Coming[], path: string): string {
  if (schedules.length === 0) return `${path} has no enabled schedules.\n`;
  return schedules
    .map(({ trigger, instants }) => {
      const head = `${trigger.agent}/${trigger.id}  ${trigger.source}  ${trigger.calendar.words}\n`;
      if (instants.length === 0) return `${head}  never again\n`;
      const table = new Table({
        chars: noLines,
        style: { 'padding-left': 2, 'padding-right': 0, border: [], head: [] },
      });
      for (const instant of instants) {
        const utc = new Date(instant.at).toISOString().replace('.000Z', 'Z');
        table.push([localTime(instant.at, trigger.calendar.timezone), utc, instantNote(instant).trim()]);
      }
      return `${head}${table
        .toString()
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')}\n`;
    })
    .join('\n');
}
