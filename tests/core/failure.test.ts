import { expect, test } from 'vitest';
import { errorMessage } from '../../src/core/failure.ts';

const round: { self?: unknown } = {};
round.self = round;

test.each([
  [new Error('gone'), 'gone'],
  ['gone', 'gone'],
  [{ code: 7 }, '{"code":7}'],
  [undefined, 'undefined'],
  [7n, '7'],
  [round, '[object Object]'],
  [new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1')]), 'no ::1; no 127.0.0.1'],
  [new AggregateError([new Error('one')], 'both'), 'both'],
  [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'connect ECONNREFUSED'],
  [new TypeError('fetch failed'), 'fetch failed'],
])('the message of %o', (thrown, message) => expect(errorMessage(thrown)).toBe(message));
