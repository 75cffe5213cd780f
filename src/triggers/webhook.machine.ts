// The door of one webhook trigger.
//
//   listening   calls are let in
//   paused      calls are turned away (503) until it is resumed
//   disabled    as the file says; calls find no path
//
// A call changes nothing here, so it is no event: whoever has one looks at the state. What is per key (repeats, rates,
// coalescing) is rows, not states.
import { emit, setup } from 'xstate';
import type { CallboardEvent } from '../core/events.ts';

export interface WebhookInput {
  readonly agent: string;
  readonly trigger: string;
  readonly enabled: boolean;
  readonly paused: boolean;
}

export type WebhookEvent =
  | { readonly type: 'pause'; readonly at: number }
  | { readonly type: 'resume'; readonly at: number };

export type WebhookEmitted = Extract<CallboardEvent, { type: 'trigger.paused' | 'trigger.resumed' }>;

export const webhookMachine = setup({
  types: {
    input: {} as WebhookInput,
    context: {} as WebhookInput,
    events: {} as WebhookEvent,
    emitted: {} as WebhookEmitted,
  },
  actions: {
    tellPaused: emit(({ context, event }, _params: undefined) => tell('trigger.paused', context, event)),
    tellResumed: emit(({ context, event }, _params: undefined) => tell('trigger.resumed', context, event)),
  },
  guards: {
    isDisabled: ({ context }) => !context.enabled,
    isPaused: ({ context }) => context.paused,
  },
}).createMachine({
  id: 'webhook',
  options: { maxIterations: 100 },
  context: ({ input }) => input,
  initial: 'restoring',
  states: {
    restoring: {
      always: [
        { guard: 'isDisabled', target: 'disabled' },
        { guard: 'isPaused', target: 'paused' },
        { target: 'listening' },
      ],
    },
    listening: {
      on: {
        pause: { target: 'paused', actions: 'tellPaused' },
      },
    },
    paused: {
      on: {
        resume: { target: 'listening', actions: 'tellResumed' },
      },
    },
    disabled: {},
  },
});

function tell<Type extends 'trigger.paused' | 'trigger.resumed'>(
  type: Type,
  { agent, trigger }: WebhookInput,
  event: WebhookEvent,
) {
  return { type, agent, trigger, at: event.at };
}
