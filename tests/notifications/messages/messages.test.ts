import fc from 'fast-check';
import { expect, test } from 'vitest';
import { notificationEvents } from '../../../src/core/events.ts';
import { readEmail } from '../../../src/notifications/messages/email.ts';
import { shorten } from '../../../src/notifications/messages/message.ts';
import { renderBody } from '../../../src/notifications/payload.ts';
import type { NotificationPlan } from '../../../src/plan/plan.ts';
import { eventData, notificationPlan } from '../plans.ts';

type Kind = NotificationPlan['type'];
const email = { from: 'bot@example.com', to: ['a@example.com'], subject: undefined };

function message(
  type: Kind,
  changes: Parameters<typeof eventData>[0] = {},
  plan: Partial<NotificationPlan> = {},
) {
  const made = renderBody(notificationPlan({ type, email, ...plan }), eventData(changes));
  expect(made).not.toHaveProperty('dead');
  return JSON.parse(made.body);
}

/** Every string anywhere in a value. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

const kinds: readonly Kind[] = ['slack', 'discord', 'teams', 'email'];

test.each(kinds)('%s: every event has a message that tells agent, task and outcome', (kind) => {
  for (const type of notificationEvents) {
    const result = type === 'task.completed' ? 'it is done' : undefined;
    const error = type === 'task.completed' || type === 'task.started' ? undefined : 'it broke';
    const text = strings(message(kind, { type, result, error, attempt: 2 }))
      .join('\n')
      .replaceAll('\\', '');
    expect(text).toContain('order-processor');
    expect(text).toContain('abc-123');
    expect(text).toContain(result ?? error ?? 'started');
    expect(text).toContain('webhook');
  }
});

test('slack: mentions, links and entities of the text stay text', () => {
  const made = message('slack', { result: '<!channel> & <https://evil.example|click>' });
  expect(made.blocks[1].text).toEqual({
    type: 'mrkdwn',
    text: '&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;',
    verbatim: true,
  });
  expect(made.text).not.toContain('<');
});

test('discord: Markdown and mentions of the text stay text, URLs stay whole, and nobody is mentioned', () => {
  const made = message('discord', { result: '**b** <@1> [t](https://x.example/a_b_c) @everyone' });
  expect(made.embeds[0].description).toBe(
    '\\*\\*b\\*\\* \\<@1\\> \\[t\\](https://x.example/a_b_c) @everyone',
  );
  expect(made.allowed_mentions).toEqual({ parse: [] });
});

test('teams: text stands in text runs only', () => {
  const made = message('teams', { result: '**b** [t](https://x.example) <at>all</at>' });
  const [{ content }] = made.attachments;
  for (const block of content.body) {
    expect(block.type).toBe('RichTextBlock');
    expect(block.inlines[0].type).toBe('TextRun');
  }
  expect(content.body[1].inlines[0].text).toBe('**b** [t](https://x.example) <at>all</at>');
});

test('email: HTML is escaped, the subject is one line, and a template gives the text', () => {
  const agentName = 'a<b>&"\r\nBcc: x@example.com';
  const made = message('email', { agentName, result: '<script>alert(1)</script>' });
  expect(made.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(made.html).not.toContain('<b>');
  expect(made.text).toContain('<script>alert(1)</script>');
  expect(made.subject).toBe('a<b>&" Bcc: x@example.com completed');
  const template = { dialect: 'text', render: () => 'Own <text>' } as const;
  expect(message('email', {}, { template })).toMatchObject({
    text: 'Own <text>',
    html: expect.stringContaining('Own &lt;text&gt;'),
  });
  const html = message('email', {}, { template, contentType: 'text/html; charset=utf-8' });
  expect(html).toMatchObject({ html: 'Own <text>', text: expect.stringContaining('Order processed') });
});

test('email: what is no e-mail is not read as one', () => {
  for (const body of ['', '[]', '"x"', '{}', '{"subject":"a","text":1,"html":"c"}'])
    expect(readEmail(body)).toBeUndefined();
});

test('a template replaces the default message of a chat', () => {
  const template = { dialect: 'text', render: () => '{"text":"own"}' } as const;
  for (const type of ['slack', 'discord', 'teams'] as const) {
    expect(renderBody(notificationPlan({ type, template }), eventData())).toEqual({ body: '{"text":"own"}' });
  }
});

test('the services’ limits are kept, whatever the text', () => {
  const characters = fc.constantFrom(
    '&',
    '<',
    '*',
    '\\',
    '"',
    '\u0000',
    'ä',
    '💥',
    '\n',
    'https://x.example/ ',
    'a',
  );
  const texts = fc
    .array(characters, { minLength: 0, maxLength: 40 })
    .chain((pieces) => fc.constantFrom(1, 60, 600).map((times) => pieces.join('').repeat(times)));
  fc.assert(
    fc.property(texts, fc.constantFrom(...notificationEvents), (text, type) => {
      const changes = {
        type,
        result: text,
        error: text,
        agentName: text.slice(0, 5_000) || 'a',
        trigger: text || 't',
      };
      const slack = message('slack', changes);
      for (const { type: kind, text: block } of slack.blocks) {
        if (kind === 'header') expect(block.text.length).toBeLessThanOrEqual(150);
        if (kind === 'section') expect(block.text.length).toBeLessThanOrEqual(3_000);
        if (kind !== 'context') expect(block.text.length).toBeGreaterThan(0);
      }
      const [embed] = message('discord', changes).embeds;
      expect(embed.title.length).toBeLessThanOrEqual(256);
      expect((embed.description ?? 'x').length).toBeLessThanOrEqual(4_096);
      for (const { value } of embed.fields) expect(value.length).toBeLessThanOrEqual(1_024);
      expect(strings(embed).join('').length).toBeLessThanOrEqual(6_000);
      expect(Buffer.byteLength(JSON.stringify(message('teams', changes)))).toBeLessThan(28_000);
      expect(message('email', changes).subject.length).toBeLessThanOrEqual(100);
    }),
    { numRuns: 100 },
  );
});

test('a cut never splits a character or what one was escaped to', () => {
  const amp = (piece: string) => piece.replaceAll('&', '&amp;');
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('a💥💥', 4)).toBe('a💥…');
  expect(shorten('&&&', 12, amp)).toBe('&amp;&amp;…');
  expect(shorten('&&', 10, amp)).toBe('&amp;&amp;');
});

test('what is far behind the limit changes nothing', () => {
  const part = fc.constantFrom(
    'a',
    '&',
    '💥',
    ' ',
    'https://a/',
    'http://bcdefghijklm',
    'https',
    '://',
    '\n',
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  const escaped = (piece: string) => (piece.startsWith('http') ? `<${piece}>` : piece.replace('&', '&amp;'));
  const all = (given: string) => [...given.matchAll(/https?:\/\/[^\s<>\\]+|./gsu)].map(([piece]) => piece);
  fc.assert(
    fc.property(text, fc.nat(30), (given, limit) => {
      const whole = all(given).map(escaped).join('');
      const shown = shorten(given, limit, escaped);
      if (whole.length <= limit) expect(shown).toBe(whole);
      else {
        // The longest of the beginnings between two pieces that has room for the ellipsis.
        const beginnings = all(given).map((_, count) => all(given).slice(0, count).map(escaped).join(''));
        const fitting = beginnings.filter(({ length }) => length < limit);
        expect(shown).toBe(`${fitting.at(-1) ?? ''}…`);
      }
    }),
    { numRuns: 1_000 },
  );
});
