// An operator's pause against attempts that end at the same time, in every order that a scheduler finds.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { SendResult } from '../../src/notifications/send.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startedRuntime } from '../support/runtime.ts';

const config = `
agents:
  one:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: hook, url: "http://receiver.test/", events: [task.completed], breaker: { failures: 2 }, retry: { max_attempts: 1 } }
`;
const endpoint = 'one/hook';

const answer = (status: number): SendResult => ({
  kind: 'answer',
  protocol: 'http',
  status,
  retryAfter: undefined,
  answer: '',
  durationMs: 0,
});

/** The journal with the ends of what concerns endpoints told in the order that the scheduler likes. */
function shuffled(journal: Journal, scheduler: fc.Scheduler): Journal {
  return {
    ...journal,
    getEndpoint: (name) => scheduler.schedule(journal.getEndpoint(name), 'getEndpoint'),
    saveEndpoint: (record, now) => scheduler.schedule(journal.saveEndpoint(record, now), 'saveEndpoint'),
    claimDeliveries: (claim) => scheduler.schedule(journal.claimDeliveries(claim), 'claim'),
    settleDelivery: (settlement) => scheduler.schedule(journal.settleDelivery(settlement), 'settle'),
  };
}

test('the last word of an operator stands, whatever attempts end meanwhile', async () => {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.array(fc.constantFrom('pause', 'resume', 'send'), { minLength: 1, maxLength: 5 }),
    fc.array(fc.constantFrom(200, 500), { minLength: 1, maxLength: 6 }),
    async (scheduler, steps, statuses) => {
      const clock = new FakeClock();
      let sent = 0;
      const sender = {
        send: () => {
          const status = statuses[sent % statuses.length] ?? 200;
          sent += 1;
          return scheduler.schedule(Promise.resolve(answer(status)), `answer ${status}`);
        },
        close: async () => {},
      };
      let plain: Journal | undefined;
      const journal = (made: Journal) => {
        plain = made;
        return shuffled(made, scheduler);
      };
      const { runtime } = await startedRuntime(config, { clock, sender, journal });
      const { operations } = runtime;
      const asked: Promise<unknown>[] = [];
      for (let count = 0; count < 3; count += 1) asked.push(operations.testNotification(endpoint));
      const words = { pause: true, resume: false };
      const sequence = scheduler.scheduleSequence(
        steps.map((step) => async () => {
          const ask =
            step === 'send'
              ? operations.testNotification(endpoint)
              : operations.pauseNotification(endpoint, words[step]);
          asked.push(ask);
        }),
      );
      const finish = async () => {
        for (let quiet = 0; quiet < 3; quiet += 1) {
          if (scheduler.count() > 0) quiet = 0;
          await scheduler.waitIdle();
          await clock.settle();
        }
      };
      await finish();
      expect(sequence.done).toBe(true);
      await Promise.all(asked);
      const last = steps.findLast((step) => step !== 'send');
      const [row] = (await plain?.listEndpoints()) ?? [];
      expect(row?.paused).toBe(last === 'pause' ? 'operator' : undefined);
      const before = sent;
      await operations.testNotification(endpoint);
      await finish();
      if (last === 'pause') expect(sent).toBe(before);
      await scheduler.waitFor(runtime.stop());
    },
  );
  await fc.assert(property, { numRuns: 30 });
}, 120_000);
