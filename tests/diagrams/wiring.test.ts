import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';
import { flowchart } from '../../src/diagrams/flowchart.ts';
import { wiringOf } from '../../src/diagrams/wiring.ts';
import { wiringDiagram } from '../../src/diagrams/wiring-diagram.ts';
import { planned } from '../plan/planned.ts';

const text = `
name: shop
server: { port: 9000 }
llms: { default: { provider: anthropic, model: claude-x, api_key: planted-api-key } }
agents:
  orders:
    type: command
    command: [/opt/bin/file-order, --token, planted-argument]
    triggers:
      - { type: webhook, path: "/webhooks/\${URL_TOKEN}", secret: planted-secret, signature: shopify }
      - { id: nightly, type: schedule, cron: "0 2 * * *", timezone: Europe/Berlin, enabled: false }
    notifications:
      - { id: chat, type: slack, url: "https://hooks.slack.com/services/T0/B0/planted-path", events: [task.failed] }
      - { id: self, url: "http://me:planted-password@127.0.0.1:9000/webhooks/notes", events: [task.started, task.completed] }
      - { id: other, url: "https://in.example:8443/x?key=planted-query", headers: { X-Key: planted-header }, events: [task.completed], enabled: false }
  notes:
    instruction: planted instruction
    mcp_servers: { files: { command: [srv, planted-argument] } }
    tools: ["files/*"]
    trigger: { type: webhook, auth: none }
`;
const environment = { URL_TOKEN: 'planted-url-token', ANTHROPIC_API_KEY: '' };

function wired() {
  const plan = planned(text, { environment });
  const redactor = new Redactor();
  redactor.add(plan.secrets);
  return wiringOf(plan, (part) => redactor.text(part));
}

describe('wiring', () => {
  test('says who starts whom and who hears of it', () => {
    const [orders, notes] = wired().agents;
    expect(orders?.work).toBe('command: file-order');
    expect(orders?.triggers.map(({ id, when, guard, enabled }) => [id, when, guard, enabled])).toEqual([
      ['webhook', 'POST /webhooks/[redacted]', 'shopify', true],
      ['nightly', '0 2 * * * (Europe/Berlin)', undefined, false],
    ]);
    expect(orders?.notifications.map(({ id, host, starts }) => [id, host, starts])).toEqual([
      ['chat', 'hooks.slack.com', undefined],
      ['self', '127.0.0.1:9000', { agent: 'notes', trigger: 'webhook' }],
      ['other', 'in.example:8443', undefined],
    ]);
    expect(notes).toMatchObject({ work: 'anthropic: claude-x', tools: ['files'] });
  });

  test('holds no secret, in no form', () => {
    const wiring = wired();
    for (const shown of [JSON.stringify(wiring), JSON.stringify(wiringDiagram(wiring))])
      expect(shown).not.toContain('planted');
  });

  test('is drawn from left to right, and what is switched off looks so', () => {
    const diagram = wiringDiagram(wired());
    expect(diagram.title).toBe('The wiring of shop');
    expect(diagram.boxes.map(({ kind }) => kind)).toEqual([
      'trigger',
      'trigger off',
      'agent',
      'notification',
      'notification',
      'notification off',
      'trigger',
      'agent',
    ]);
    expect(diagram.arrows.map(({ from, to, label }) => [from, to, ...label])).toEqual([
      ['trigger orders/webhook', 'agent orders'],
      ['trigger orders/nightly', 'agent orders'],
      ['agent orders', 'notification orders/chat', 'failed'],
      ['agent orders', 'notification orders/self', 'started', 'completed'],
      ['notification orders/self', 'trigger notes/webhook'],
      ['agent orders', 'notification orders/other', 'completed'],
      ['trigger notes/webhook', 'agent notes'],
    ]);
  });
});

test('a flowchart quotes whatever could mean something to Mermaid', () => {
  const box = (id: string, title: string) => ({ id, kind: 'agent', title, lines: [], boxes: [] });
  const chart = flowchart({
    title: '',
    direction: 'right',
    boxes: [box('a', 'x"]; click n0 "javascript:1"'), box('b', '<b>#35;`y`')],
    arrows: [{ from: 'a', to: 'b', label: ['|"'] }],
  });
  expect(chart).toBe(
    [
      'flowchart LR',
      '  n0["x#34;#93;#59; click n0 #34;javascript#58;1#34;"]',
      '  n1["#60;b#62;#35;35#59;#96;y#96;"]',
      '  n0 -->|"#124;#34;"| n1',
      '',
    ].join('\n'),
  );
});
