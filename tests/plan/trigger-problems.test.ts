import { expect, it } from 'vitest';
import { echo, said } from './planned.ts';

const secret = 'secret: not-a-real-secret';

function webhook(...lines: readonly string[]): string {
  return echo('trigger:', '  type: webhook', ...lines.map((line) => `  ${line}`));
}

function schedule(...lines: readonly string[]): string {
  return echo('trigger:', '  type: schedule', ...lines.map((line) => `  ${line}`));
}

const open = 'has no secret: whoever reaches it can start tasks (auth: none says that this is meant)';

it.each([
  ['no type', echo('trigger:', '  cron: x'), ['c.yaml:4:5: type is required: schedule or webhook']],
  [
    'a wrong type',
    echo('trigger:', '  type: webhok'),
    ['c.yaml:5:13: type must be schedule or webhook, not "webhok" (did you mean "webhook"?)'],
  ],
  ['nothing', echo('trigger:'), ['c.yaml:4:5: trigger is empty: give it a value or leave it out']],
  ['a field of the other type', webhook(secret, 'cron: "* * * * *"'), ['c.yaml:7:7: unknown key "cron"']],
  ['no secret', webhook(), [`c.yaml:4:5: warning: the webhook of agent "a" ${open}`]],
  ['no secret, and meant so', webhook('auth: none'), []],
  [
    'no secret, behind a login',
    `server: { auth: { enabled: true, api_keys: [this-is-not-a-real-key] } }\n${webhook()}`,
    [],
  ],
  ['no secret, disabled', webhook('enabled: false'), []],
  [
    'an empty secret',
    webhook('secret: ""'),
    ['c.yaml:6:15: secret is empty: an empty secret would check nothing'],
  ],
  [
    'a blank secret',
    webhook('secret: "  "'),
    ['c.yaml:6:15: secret is empty: an empty secret would check nothing'],
  ],
  [
    'an empty default',
    webhook(`secret: \${GONE:-}`),
    ['c.yaml:6:15: secret is empty: an empty secret would check nothing'],
  ],
  [
    'an empty variable',
    webhook(`secret: \${EMPTY}`),
    ['c.yaml:6:15: secret is empty: an empty secret would check nothing'],
  ],
  [
    'a missing variable',
    webhook(`secret: \${GONE}`),
    [
      `c.yaml:6:15: the variable GONE is not set, and \${GONE} has no default: set it, put it into .env, or write \${GONE:-default}`,
    ],
  ],
  [
    'an empty one among several',
    webhook('secrets: [abcdefgh, ""]'),
    ['c.yaml:6:27: secrets[1] is empty: an empty secret would check nothing'],
  ],
  ['no secrets', webhook('secrets: []'), ['c.yaml:6:16: secrets is empty']],
  [
    'a number as secret, which is not shown',
    webhook('secret: 12345678'),
    ['c.yaml:6:15: secret must be text: put it in quotes'],
  ],
  [
    'a secret that the scheme cannot use',
    webhook('signature: standard', 'secret: whsec_abc'),
    [expect.stringMatching(/^c\.yaml:7:15: secret: Cannot use a Standard Webhooks secret: (?!.*whsec_abc)/)],
  ],
  [
    'a scheme without a secret',
    webhook('auth: none', 'signature: stripe'),
    ['c.yaml:7:7: signature names a scheme, but there is no secret to check it with'],
  ],
  [
    'an unknown scheme',
    webhook(secret, 'signature: githup'),
    [expect.stringContaining('c.yaml:7:18: signature must be github, shopify,')],
  ],
  ['a path without slash', webhook(secret, 'path: hooks'), ['c.yaml:7:13: path "hooks" must begin with "/"']],
  [
    'a path of the server',
    webhook(secret, 'path: /api/x'),
    ['c.yaml:7:13: path "/api/x" is taken: everything under /api is answered by the server itself'],
  ],
  [
    'the very path of the server',
    webhook(secret, 'path: /health'),
    ['c.yaml:7:13: path "/health" is taken: everything under /health is answered by the server itself'],
  ],
  ['a path beside that of the server', webhook(secret, 'path: /healthy'), []],
  [
    'a pattern as path',
    webhook(secret, 'path: /hooks/:id'),
    [`c.yaml:7:13: path "/hooks/:id" must be letters, digits and - . _ ~ ! $ & ' ( ) + , ; = @ /`],
  ],
  [
    'a path with dots',
    webhook(secret, 'path: /x/../api'),
    ['c.yaml:7:13: path "/x/../api" must not hold "." or ".." as a part'],
  ],
  [
    'one path twice',
    `${webhook(secret)}  b:\n    type: echo\n    trigger: { type: webhook, ${secret}, path: /webhooks/a }\n`,
    [
      'c.yaml:9:64: POST /webhooks/a is already the webhook of agent "a" (line 5): give this one another path',
    ],
  ],
  [
    'one path twice, other methods',
    `${webhook(secret)}  b:\n    type: echo\n    trigger: { type: webhook, ${secret}, path: /webhooks/a, methods: [PUT] }\n`,
    [],
  ],
  [
    'a wrong method',
    webhook(secret, 'methods: [PSOT]'),
    ['c.yaml:7:17: methods[0] must be GET, POST, PUT, PATCH or DELETE, not "PSOT" (did you mean "POST"?)'],
  ],
  [
    'a wrong mode',
    webhook(secret, 'response: { mode: asynch }'),
    ['c.yaml:7:25: mode must be sync, async or callback, not "asynch" (did you mean "async"?)'],
  ],
  [
    'callback without a URL',
    webhook(secret, 'response: { mode: callback }'),
    ['c.yaml:7:25: response.mode callback needs callback_field or callback_url'],
  ],
  [
    'a wrong callback URL',
    webhook(secret, 'response: { mode: callback, callback_url: example.com }'),
    ['c.yaml:7:49: callback_url must be an absolute http:// or https:// URL, not "example.com"'],
  ],
  [
    'coalesce with sync',
    webhook(secret, 'coalesce: { key: "{{ .body.id }}", window: 5s }'),
    [
      'c.yaml:7:7: coalesce cannot go with response.mode sync: nobody can wait for a task that is put off; use async or callback',
    ],
  ],
  [
    'a wrong rate',
    webhook(secret, 'rate_limit: 60 a minute'),
    ['c.yaml:7:19: rate_limit: write a rate as "60/min" or "5/s", not "60 a minute"'],
  ],
  [
    'a wrong size',
    webhook(secret, 'max_body: 1MB!'),
    ['c.yaml:7:17: max_body: write a size as "64KiB" or "1MiB", not "1MB!"'],
  ],
  [
    'a size without unit',
    webhook(secret, 'max_body: 64'),
    ['c.yaml:7:17: max_body: a size needs a unit: "64KiB" or "64MiB"'],
  ],
  [
    'a wrong address',
    webhook(secret, 'allow_ips: [10.0.0.0/8, "10.1"]'),
    ['c.yaml:7:31: allow_ips[1] must be an address or a CIDR such as 10.0.0.0/8, not "10.1"'],
  ],
  [
    'neither off nor a map',
    webhook(secret, 'dedupe: of'),
    ['c.yaml:7:15: dedupe must be "off" or a map, not text'],
  ],
  [
    'a wrong key of dedupe',
    webhook(secret, 'dedupe: { windw: 1h }'),
    ['c.yaml:7:17: unknown key "windw" (did you mean "window"?)'],
  ],
  [
    'github, and a slow answer',
    webhook(secret, 'signature_header: X-Hub-Signature-256'),
    [
      'c.yaml:7:7: warning: github waits 10s for an answer, and this trigger answers after up to 30s: use response.mode async'.replace(
        '7:7',
        '7:25',
      ),
    ],
  ],
  [
    'shopify, and a slow answer',
    webhook(secret, 'signature: shopify', 'response: { timeout: 6s }'),
    [
      'c.yaml:8:28: warning: shopify waits 5s for an answer, and this trigger answers after up to 6s: use response.mode async',
    ],
  ],
  [
    'slack, and a slow answer',
    webhook(secret, 'signature: slack', 'response: { mode: sync }'),
    [
      'c.yaml:8:25: warning: slack waits 3s for an answer, and this trigger answers after up to 30s: use response.mode async',
    ],
  ],
  ['github, and a quick answer', webhook(secret, 'signature: github', 'response: { timeout: 10s }'), []],
  ['github, and no waiting', webhook(secret, 'signature: github', 'response: { mode: async }'), []],
  [
    'one id twice',
    echo('triggers:', '  - { type: webhook, auth: none }', '  - type: webhook', '    auth: none'),
    [
      'c.yaml:6:9: trigger id "webhook" of agent "a" is used twice (the first is on line 5): give each an id of its own',
    ],
  ],

  ['a schedule without cron', schedule(), ['c.yaml:4:5: a schedule needs cron, every or at']],
  [
    'a schedule with two',
    schedule('cron: "* * * * *"', 'every: 5m'),
    ['c.yaml:7:7: a schedule takes one of cron, every and at: cron is given too'],
  ],
  [
    'a wrong cron',
    schedule('cron: "61 * * * *"'),
    ['c.yaml:6:13: cron "61 * * * *": minute is 61, allowed are 0 to 59'],
  ],
  [
    'a wrong zone',
    schedule('cron: "* * * * *"', 'timezone: Europe/Pariss'),
    [expect.stringContaining('c.yaml:7:17: timezone "Europe/Pariss"')],
  ],
  [
    'a wrong default zone',
    `defaults:\n  timezone: Mars\n${schedule('cron: "* * * * *"')}`,
    [expect.stringContaining('c.yaml:2:13: timezone "Mars"')],
  ],
  ['a wrong instant', schedule('at: tomorrow'), [expect.stringContaining('c.yaml:6:11: at "tomorrow"')]],
  [
    'an interval beyond all times',
    schedule('every: 100000000d'),
    ['c.yaml:6:14: every: a duration may be 100000d at most, not "100000000d"'],
  ],
  [
    'a window beyond all times',
    schedule('every: 100000d', 'missed_window: 100000d1ms'),
    ['c.yaml:7:22: missed_window: a duration may be 100000d at most, not "100000d1ms"'],
  ],
  [
    'an instant in the past',
    schedule('at: 2025-12-31T00:00:00Z'),
    ['c.yaml:6:11: warning: at "2025-12-31T00:00:00Z" lies in the past: the trigger never runs'],
  ],
  [
    'an instant that the clocks skip',
    schedule('at: "2026-03-29T02:30"', 'timezone: Europe/Berlin', 'dst: skip'),
    [
      'c.yaml:6:11: warning: at "2026-03-29T02:30" never runs: the clocks of Europe/Berlin skip this time, and dst is skip',
    ],
  ],
  [
    'a cron whose times the clocks skip',
    schedule('cron: "30 2 * 3 SUN#L"', 'timezone: Europe/Berlin', 'dst: skip'),
    [
      'c.yaml:6:13: warning: cron "30 2 * 3 SUN#L" never runs: the clocks of Europe/Berlin skip each of its times, and dst is skip',
    ],
  ],
  [
    'a jitter that is longer than the time to the next instant',
    schedule('cron: "0,10 * * * *"', 'jitter: 30m'),
    [
      'c.yaml:7:15: warning: jitter 30m is longer than the 10m between two instants: with overlap skip some are skipped while another waits for its delay',
    ],
  ],
  [
    'a long jitter that displaces',
    schedule('every: 1h', 'jitter: 2h', 'overlap: replace'),
    [
      'c.yaml:7:15: warning: jitter 2h is longer than the 1h between two instants: with overlap replace some are displaced while another waits for its delay',
    ],
  ],
  ['a long jitter that is in no way', schedule('every: 1h', 'jitter: 2h', 'overlap: queue_all'), []],
  [
    'a day that never comes',
    schedule('cron: "0 0 30 2 *"'),
    ['c.yaml:6:13: warning: cron "0 0 30 2 *" never comes: no such day exists'],
  ],
  [
    'a wrong overlap',
    schedule('every: 5m', 'overlap: queue_al'),
    [
      'c.yaml:7:16: overlap must be skip, queue, queue_all, replace or allow, not "queue_al" (did you mean "queue_all"?)',
    ],
  ],
])('%s', (_name, text, lines) => {
  expect(said(text, { environment: { EMPTY: '' } })).toEqual(lines);
});
