import type { Clock } from '../core/clock.ts';
import type { Family } from './exposition.ts';

/**
 * The process, under the names that all Prometheus clients give it.
 * Source: https://prometheus.io/docs/instrumenting/writing_clientlibs/#standard-and-runtime-collectors
 */
export function processFamilies(clock: Clock): readonly Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const one = (name: string, type: Family['type'], help: string, value: number): Family => ({
    name,
    type,
    help,
    samples: [{ labels: {}, value }],
  });
  return [
    one(
      'process_cpu_seconds_total',
      'counter',
      'User and system time of the process.',
      (user + system) / 1_000_000,
    ),
    one('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', rss),
    one('process_heap_bytes', 'gauge', 'JavaScript heap in use.', heapUsed),
    one(
      'process_start_time_seconds',
      'gauge',
      'When the process started, in Unix time.',
      clock.now() / 1_000 - process.uptime(),
    ),
  ];
}
