import { type EventData, statusOf, timeOf } from '../event-data.ts';

/** What a default message says, before a service's own form and escaping. */
export interface Message {
  /** `order-processor completed`. */
  readonly title: string;
  readonly tone: 'good' | 'bad' | 'neutral';
  /** The result or the error; empty where the event has none. */
  readonly detail: string;
  /** The task's id, its trigger, the attempt where it is not the first, and the time. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

const tones = {
  'task.started': 'neutral',
  'task.completed': 'good',
  'task.failed': 'bad',
  'task.cancelled': 'neutral',
  'task.retrying': 'neutral',
} as const;

export function describe(data: EventData): Message {
  const will = data.type === 'task.retrying' ? 'failed and will be tried again' : statusOf(data.type);
  return {
    title: `${data.agentName} ${will}`,
    tone: tones[data.type],
    detail: (data.type === 'task.completed' ? data.result : data.error)?.trim() ?? '',
    facts: [
      ['Task', data.taskId],
      ['Trigger', data.trigger],
      ...(data.attempt > 1 ? ([['Attempt', String(data.attempt)]] as const) : []),
      ['Time', timeOf(data).toString()],
    ],
  };
}

/** The facts in one line. */
export function factLine({ facts }: Message): string {
  return facts.map(([name, value]) => `${name}: ${value}`).join('  ·  ');
}

/**
 * The text in a service's escaping, cut with `…` where it would be longer than `limit` UTF-16 units. It is never cut
 * inside what one piece was escaped to. A piece is a URL or a character; `escapePiece` works on each alone.
 */
export function shorten(
  text: string,
  limit: number,
  escapePiece: (piece: string) => string = (piece) => piece,
): string {
  let kept = '';
  let room = '';
  // No piece becomes shorter, so what is far behind the limit need not be looked at; the start of a URL before it must.
  const near = text.slice(0, limit + 'https://'.length + 2);
  for (const piece of near.match(/https?:\/\/[^\s<>\\]+|./gsu) ?? []) {
    const escaped = escapePiece(piece);
    if (kept.length + escaped.length > limit) return `${room}…`;
    kept += escaped;
    // What is left of the text when the ellipsis must follow it.
    if (kept.length < limit) room = kept;
  }
  return kept;
}
