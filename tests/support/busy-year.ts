// A file whose schedules come some four thousand times in 2026, and its year through a whole runtime.
import { FakeClock } from './fake-clock.ts';
import { startedRuntime } from './runtime.ts';

export const yearStart = Date.parse('2026-01-01T00:00:00Z');
export const yearEnd = Date.parse('2027-01-01T00:00:00Z');

export interface BusySchedule {
  readonly id: string;
  readonly cron?: string;
  readonly every?: string;
  readonly at?: string;
  readonly timezone?: string;
  readonly dst?: 'vixie' | 'skip' | 'both';
  readonly jitter?: string;
}

export const busySchedules: readonly BusySchedule[] = [
  { id: 'steady', cron: '0 */4 * * *' },
  { id: 'stepped', cron: '*/30 2 * * 0', timezone: 'Europe/Berlin' },
  { id: 'lost', cron: '30 2 * * 0', timezone: 'America/New_York', dst: 'vixie' },
  { id: 'lost-skipped', cron: '30 2 * * 0', timezone: 'America/New_York', dst: 'skip' },
  { id: 'twice', cron: '15,45 1 * * 0', timezone: 'America/New_York', dst: 'both' },
  { id: 'once', cron: '15,45 1 * * 0', timezone: 'America/New_York', dst: 'vixie' },
  { id: 'half-hour', cron: '15,45 1 * * 0', timezone: 'Australia/Lord_Howe', dst: 'both' },
  { id: 'half-lost', cron: '15 2 * * 0', timezone: 'Australia/Lord_Howe', dst: 'skip' },
  { id: 'office', cron: '0 9-17/4 * * 1-5', timezone: 'Europe/Berlin', jitter: '10m' },
  { id: 'last-day', cron: '0 0 L * *', timezone: 'America/New_York' },
  { id: 'workday', cron: '30 8 15W * *', timezone: 'Europe/Berlin' },
  { id: 'second-friday', cron: '0 12 * * 5#2', timezone: 'Australia/Lord_Howe' },
  { id: 'either', cron: '0 6 13 * 5' },
  { id: 'interval', every: '11h' },
  { id: 'new-year', at: '2026-12-31T23:59', timezone: 'America/New_York' },
  { id: 'eve', at: '2026-12-24T18:00', timezone: 'Europe/Berlin' },
];

export const busyFile = `
journal: { keep: 1000d }
agents:
  worker:
    type: echo
    triggers:
${busySchedules.map((schedule) => `      - ${JSON.stringify({ type: 'schedule', overlap: 'allow', ...schedule })}`).join('\n')}
`;

/** Runs the year, from just before its first instant; the caller stops the runtime. */
export async function runBusyYear() {
  const { runtime, clock } = await startedRuntime(busyFile, { clock: new FakeClock(yearStart - 1) });
  await clock.leap(yearEnd - yearStart);
  return runtime;
}
