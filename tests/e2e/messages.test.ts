// Notifications that people read, through the real program: e-mails, their refusals, and the messages of the chats.
import { afterEach, describe, expect, test } from 'vitest';
import { mailServer, type ReceivedMail } from '../support/mail-server.ts';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

let place: Workspace;
afterEach(() => place.close());

const hook = 'trigger: { type: webhook, auth: none }';
const plain = { 'content-type': 'text/plain' };

/** A header of an e-mail. */
const header = ({ text }: ReceivedMail, name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1];

/** A part of an e-mail, out of quoted-printable (RFC 2045, section 6.7). */
function part({ text }: ReceivedMail, type: string): string | undefined {
  return text
    .split(/^--.*$/m)
    .find((found) => found.includes(`Content-Type: ${type}`))
    ?.replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

describe.each(runtimes)('under $name', (runtime) => {
  test('an e-mail arrives, is sent again after a 4yz, and after a 5yz is a dead letter that is replayed', async () => {
    // What each recipient is answered, until they are all used up.
    const refusals = new Map([
      ['later@example.com', [451, 450]],
      ['never@example.com', [550]],
    ]);
    await using server = await mailServer({
      onRcptTo: ({ address }, _session, callback) => {
        const responseCode = refusals.get(address)?.shift();
        callback(responseCode === undefined ? null : Object.assign(new Error('not now'), { responseCode }));
      },
    });
    const mails = (name: string) => server.received.filter(({ to }) => to.includes(`${name}@example.com`));
    place = new Workspace();
    const mail = (name: string) =>
      `${name}: { type: echo, ${hook}, notifications: [{ id: mail, type: email, url: "${server.url}", from: Bot <bot@example.com>, to: [${name}@example.com], events: [task.completed], retry: { initial_delay: 10ms } }] }`;
    const program = place.run(runtime, `agents:\n  ${['fine', 'later', 'never'].map(mail).join('\n  ')}\n`);
    const caller = new WebhookCaller(await program.ready(), place);
    const told = async (name: string) => (await caller.items(`deliveries?agent=${name}`))[0];
    for (const name of ['fine', 'later', 'never']) {
      expect((await caller.post(`/webhooks/${name}`, 'Rates < 3 & > 1', plain)).status).toBe(200);
    }

    await expect.poll(() => mails('fine').length).toBe(1);
    for (const received of mails('fine')) {
      expect(header(received, 'From')).toBe('Bot <bot@example.com>');
      expect(header(received, 'To')).toBe('fine@example.com');
      expect(header(received, 'Subject')).toBe('fine completed');
      expect(part(received, 'text/plain')).toContain('Rates < 3 & > 1');
      expect(part(received, 'text/html')).toContain('Rates &lt; 3 &amp; &gt; 1');
    }

    await expect
      .poll(() => told('later'))
      .toMatchObject({
        status: 'delivered',
        attempts: [{ status: 451 }, { status: 450 }, { status: 250 }],
      });
    expect(mails('later')).toHaveLength(1);

    const dead = { status: 'dead', reason: 'rejected: answered 550', attempts: [{ status: 550 }] };
    await expect.poll(() => told('never')).toMatchObject(dead);
    expect(mails('never')).toEqual([]);
    const id = String((await told('never'))?.id);
    const replay = place.start(runtime, ['deliveries', 'replay', id, '--url', caller.url]);
    expect(await replay.ended).toBe(0);
    await expect.poll(() => told('never')).toMatchObject({ id, status: 'delivered' });
    expect(mails('never').map((received) => header(received, 'Message-ID'))).toEqual([`<${id}@example.com>`]);
    expect(await program.stop()).toBe(0);
  });

  test('each chat has a message of its own for what went well and what failed, with the text escaped', async () => {
    await using receiver = await recordingServer();
    place = new Workspace();
    const chats = ['slack', 'discord', 'teams'].map(
      (type) =>
        `{ id: ${type}, type: ${type}, url: "${receiver.url}/${type}", events: [task.completed, task.failed] }`,
    );
    const program = place.run(
      runtime,
      `
defaults: { notifications: [${chats.join(', ')}] }
agents:
  good: { type: echo, ${hook} }
  bad: { type: command, command: [sh, -c, 'cat >&2; exit 3'], ${hook} }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const text = '<!channel> & **all** <@1> https://x.example/a_b';
    const escaped = {
      slack: '&lt;!channel&gt; &amp; **all** &lt;@1&gt; https://x.example/a_b',
      discord: '\\<!channel\\> & \\*\\*all\\*\\* \\<@1\\> https://x.example/a_b',
      // It stands in a text run, which knows neither Markdown nor mentions.
      teams: text,
    };
    await caller.post('/webhooks/good', text, plain);
    await caller.post('/webhooks/bad', text, plain);
    await receiver.waitFor(6);
    expect(receiver.requests).toHaveLength(6);
    for (const [agent, title, before] of [
      ['good', 'good completed', ''],
      ['bad', 'bad failed', '"sh" ended with exit code 3: '],
    ] as const) {
      const message = (type: string) => {
        const found = receiver.requests.find(
          ({ path, body }) => path === `/${type}` && body.includes(`webhook-${agent}-`),
        );
        expect(found?.headers['content-type']).toBe('application/json');
        return JSON.parse(found?.body ?? '{}');
      };
      const sign = agent === 'good' ? ':white_check_mark:' : ':x:';
      expect(message('slack')).toMatchObject({
        text: `${sign} ${title}: ${before}${escaped.slack}`,
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: `${sign} ${title}` } },
          {
            type: 'section',
            text: { type: 'mrkdwn', text: `${before}${escaped.slack}`, verbatim: true },
          },
          { type: 'context' },
        ],
      });
      expect(message('discord')).toMatchObject({
        embeds: [{ title, description: `${before}${escaped.discord}` }],
        allowed_mentions: { parse: [] },
      });
      const run = (line: string) => ({
        type: 'RichTextBlock',
        inlines: [{ type: 'TextRun', text: line }],
      });
      expect(message('teams')).toMatchObject({
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: { body: [run(title), run(`${before}${escaped.teams}`), { type: 'RichTextBlock' }] },
          },
        ],
      });
    }
    expect(await program.stop()).toBe(0);
  });
});
