// A file's wiring as a diagram: triggers on the left, the agents that they start, and who hears of it on the right.
import type { Arrow, Box, Diagram } from './diagram.ts';
import type { WiredAgent, WiredNotification, WiredTrigger, Wiring } from './wiring.ts';

export function wiringDiagram({ name, agents }: Wiring): Diagram {
  return {
    title: name === undefined ? 'The wiring of the file' : `The wiring of ${name}`,
    direction: 'right',
    boxes: agents.flatMap((agent) => [
      ...agent.triggers.map((trigger) => triggerBox(agent, trigger)),
      agentBox(agent),
      ...agent.notifications.map((notification) => notificationBox(agent, notification)),
    ]),
    arrows: agents.flatMap((agent) => [
      ...agent.triggers.map(({ id }) => arrow(triggerId(agent.name, id), agentId(agent.name))),
      ...agent.notifications.flatMap((notification) => notificationArrows(agent, notification)),
    ]),
  };
}

const agentId = (agent: string) => `agent ${agent}`;
const triggerId = (agent: string, trigger: string) => `trigger ${agent}/${trigger}`;
const notificationId = (agent: string, notification: string) => `notification ${agent}/${notification}`;

function arrow(from: string, to: string, label: readonly string[] = []): Arrow {
  return { from, to, label };
}

function box(id: string, kind: string, title: string, lines: readonly string[]): Box {
  return { id, kind, title, lines, boxes: [] };
}

function triggerBox({ name }: WiredAgent, { id, type, enabled, when, guard }: WiredTrigger): Box {
  return box(triggerId(name, id), enabled ? 'trigger' : 'trigger off', id === type ? id : `${type} ${id}`, [
    when,
    ...(guard === undefined ? [] : [guard === 'open' ? 'open to all' : `checked: ${guard}`]),
    ...(enabled ? [] : ['disabled']),
  ]);
}

function agentBox({ name, work, tools }: WiredAgent): Box {
  return box(agentId(name), 'agent', name, [
    work,
    ...(tools.length === 0 ? [] : [`tools: ${tools.join(', ')}`]),
  ]);
}

function notificationBox({ name }: WiredAgent, { id, type, enabled, host }: WiredNotification): Box {
  return box(notificationId(name, id), enabled ? 'notification' : 'notification off', id, [
    `${type} to ${host}`,
    ...(enabled ? [] : ['disabled']),
  ]);
}

function notificationArrows(
  { name }: WiredAgent,
  { id, events, starts }: WiredNotification,
): readonly Arrow[] {
  const told = arrow(
    agentId(name),
    notificationId(name, id),
    events.map((event) => event.replace('task.', '')),
  );
  if (starts === undefined) return [told];
  return [told, arrow(notificationId(name, id), triggerId(starts.agent, starts.trigger))];
}
