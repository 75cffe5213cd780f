import { expect, test } from 'vitest';
import { normalPath, plainPath } from '../../src/http/target.ts';

test.each([
  ['/webhooks/a?b=/c', '/webhooks/a', '/webhooks/a'],
  ['/webhooks/%61', '/webhooks/%61', '/webhooks/a'],
  ['/x/../webhooks/a', '/x/../webhooks/a', '/webhooks/a'],
  ['http://127.0.0.1:8080/webhooks/a?b', 'http://127.0.0.1:8080/webhooks/a', '/webhooks/a'],
  // A path, and no host with a path behind it.
  ['//x/webhooks/a', '//x/webhooks/a', '//x/webhooks/a'],
  ['//', '//', '//'],
  ['*', '*', '/*'],
])('%s', (target, plain, normal) => {
  expect([plainPath(target), normalPath(target)]).toEqual([plain, normal]);
});
