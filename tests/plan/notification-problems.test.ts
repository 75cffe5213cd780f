import { expect, it } from 'vitest';
import { echo, said } from './planned.ts';

const url = 'url: https://example.com/hook';
const events = 'events: [task.failed]';

function notification(...lines: readonly string[]): string {
  return echo('notifications:', '  - id: n', ...lines.map((line) => `    ${line}`));
}

it.each([
  ['no URL', notification(events), ['c.yaml:5:9: url is required']],
  ['no id', echo('notifications:', `  - ${url}`, `    ${events}`), ['c.yaml:5:9: id is required']],
  [
    'no URL at all',
    notification('url: example', events),
    ['c.yaml:6:14: url must be an absolute http:// or https:// URL, not "example"'],
  ],
  [
    'another scheme',
    notification('url: ftp://example.com/', events),
    ['c.yaml:6:14: url must be an absolute http:// or https:// URL: its scheme is ftp:'],
  ],
  [
    'a URL from a variable, which is not shown',
    notification(`url: \${HOOK}`, events),
    [`c.yaml:6:14: url must be an absolute http:// or https:// URL, not \${HOOK}`],
  ],
  [
    'no events',
    notification(url),
    [
      'c.yaml:5:9: warning: notification "n" names no events, so it never reports anything: add for example events: [task.failed]',
    ],
  ],
  [
    'an unknown event',
    notification(url, 'events: [task.faild]'),
    [
      'c.yaml:7:18: events[0] must be task.started, task.completed, task.failed, task.cancelled or task.retrying, not "task.faild" (did you mean "task.failed"?)',
    ],
  ],
  [
    'an event that is no list',
    notification(url, 'events: task.failed'),
    ['c.yaml:7:17: events must be a list, not text'],
  ],
  [
    'one id twice',
    `${notification(url, events)}      - id: n\n        ${url}\n        ${events}\n`,
    ['c.yaml:8:13: notification id "n" of agent "a" is used twice: the first is on line 5'],
  ],
  [
    'an id of the defaults',
    `defaults:\n  notifications: [{ id: n, ${url}, ${events} }]\n${notification(url, events)}`,
    ['c.yaml:7:13: notification id "n" of agent "a" is used twice: the first is on line 2'],
  ],
  [
    'an empty signing secret',
    notification(url, events, `signing_secret: \${GONE:-}`),
    ['c.yaml:8:25: signing_secret is empty: an empty secret would check nothing'],
  ],
  [
    'a signing secret that is none, which is not shown',
    notification(url, events, 'signing_secret: hunter2'),
    [
      expect.stringMatching(
        /^c\.yaml:8:25: signing_secret: Cannot use a Standard Webhooks secret(?!.*hunter2)/,
      ),
    ],
  ],
  [
    'a header of two lines',
    notification(url, events, 'headers: { X-A: "b\\nc" }'),
    ['c.yaml:8:25: a value of headers must be one line'],
  ],
  [
    'a header that is none',
    notification(url, events, 'headers: { "X A": b }'),
    ['c.yaml:8:20: a key of headers is no name of an HTTP header'],
  ],
  [
    'no attempts',
    notification(url, events, 'retry: { max_attempts: 0 }'),
    ['c.yaml:8:32: max_attempts must be at least 1, not 0'],
  ],
  [
    'email by HTTP',
    notification('type: email', url, events, 'from: a@example.com', 'to: b@example.com'),
    [expect.stringContaining('c.yaml:7:14: url must be an absolute smtp:// or smtps:// URL')],
  ],
  [
    'email to nobody',
    notification('type: email', 'url: smtp://localhost', events),
    ['c.yaml:5:9: notification "n" of type email needs from and to'],
  ],
  [
    'people who have no address',
    notification(
      'type: email',
      'url: smtp://localhost',
      events,
      'from: "a@example.com, b@example.com"',
      'to: [Ops <ops@example.com>, ops.example.com, "a@example.com, b@"]',
    ),
    [
      'c.yaml:9:15: from "a@example.com, b@example.com" holds several addresses, and wants one',
      'c.yaml:10:37: to[1] "ops.example.com" is no e-mail address, such as ops@example.com',
      'c.yaml:10:54: to[2] "a@example.com, b@" is no e-mail address, such as ops@example.com',
    ],
  ],
  [
    'an address of two lines',
    notification('type: email', 'url: smtp://localhost', events, 'from: "a@b.c\\nBcc: x@y.z"', 'to: a@b.c'),
    ['c.yaml:9:15: from "a@b.c\\nBcc: x@y.z" holds a line break'],
  ],
  [
    'people of a list, in quotes and in groups',
    notification(
      'type: email',
      'url: smtp://localhost',
      events,
      'from: \'"Bot, the" <bot@example.com>\'',
      'to: ["a@example.com, Team: b@example.com, c@localhost;", "\\"john doe\\"@example.com"]',
    ),
    [],
  ],
  [
    'a header that is signed',
    notification(url, events, `signing_secret: whsec_${'a'.repeat(32)}`, 'headers: { Webhook-Id: mine }'),
    ['c.yaml:9:20: the header Webhook-Id is made with signing_secret: no receiver would take another one'],
  ],
  [
    'a receiver of no email',
    notification(url, events, 'to: b@example.com'),
    ['c.yaml:8:9: to belongs to a notification of type email, and this one is webhook'],
  ],
])('%s', (_name, text, lines) => {
  expect(said(text, { environment: { HOOK: 'hooks.example.com/not-to-be-shown' } })).toEqual(lines);
});

it.each([
  [
    'a literal block',
    ['payload:', '  template: |', '    {', '      "a": "{{ .Type }}",', '      "b": {{ if }}', '    }'],
    '12:26',
  ],
  [
    'a folded block',
    ['payload:', '  template: >', '    {"a": "{{ .Type }}",', '    "b": {{ if }}}'],
    '11:24',
  ],
  ['double quotes', ['payload: { template: "{\\"a\\": \\"{{ .Type }}\\", \\"b\\": {{ if }}}" }'], '8:69'],
  ['single quotes', [`payload: { template: '{"a": "it''s", "b": {{ if }}}' }`], '8:57'],
  ['a plain scalar', ['payload:', '  template: Hello {{ if }}'], '9:33'],
  ['text after a variable', [`payload: { template: "\${LONG} \\"\${LONG}\\" {{ if }}" }`], '8:57'],
])('places what is wrong with a template in %s', (_name, lines, place) => {
  const text = notification(
    url,
    events,
    ...lines,
    ...(lines.join().includes('Hello') ? ['headers: { Content-Type: text/plain }'] : []),
  );
  const found = said(text, { environment: { LONG: 'a much longer text than its name' } });
  expect(found[0]).toMatch(new RegExp(`^c\\.yaml:${place}: template: `));
});
