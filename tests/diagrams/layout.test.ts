import { expect, test } from 'vitest';
import { chartDiagram } from '../../src/diagrams/chart-diagram.ts';
import type { Box } from '../../src/diagrams/diagram.ts';
import { layOut, type PlacedDiagram } from '../../src/diagrams/layout.ts';
import { lineHeight, padding, textWidth } from '../../src/diagrams/text-size.ts';
import { wiringOf } from '../../src/diagrams/wiring.ts';
import { wiringDiagram } from '../../src/diagrams/wiring-diagram.ts';
import { chartOf, machines } from '../../src/runtime/charts.ts';
import { planned } from '../plan/planned.ts';

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const overlap = (a: Area, b: Area) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const holds = (outer: Area, inner: Area) =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** Whether a point lies on the edge of an area, to the pixel. */
const onEdge = ({ x, y, width, height }: Area, point: { readonly x: number; readonly y: number }) => {
  const across = Math.min(Math.abs(point.x - x), Math.abs(point.x - x - width));
  const along = Math.min(Math.abs(point.y - y), Math.abs(point.y - y - height));
  return Math.min(across, along) <= 1;
};

/** What would keep somebody from reading the picture. */
function troubles({ width, height, boxes, arrows }: PlacedDiagram): readonly string[] {
  const area = new Map(boxes.map((box) => [box.id, box.area]));
  const areaOf = (id: string) => area.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  const labels = arrows.flatMap(({ label, labelAt, from, to }) =>
    labelAt === undefined
      ? []
      : [
          {
            id: `label ${from} → ${to}`,
            area: {
              ...labelAt,
              width: Math.max(...label.map((line) => textWidth(line))),
              height: label.length * lineHeight,
            },
          },
        ],
  );
  const leaves = boxes.filter((box) => box.boxes.length === 0);
  const solid = [...leaves, ...labels];
  const within = (box: Box & { readonly area: Area }) =>
    box.boxes
      .filter((child) => !holds(box.area, areaOf(child.id)))
      .map((child) => `${child.id} leaves ${box.id}`);
  return [
    ...boxes.flatMap(within),
    ...solid
      .filter((item) => !holds({ x: 0, y: 0, width, height }, item.area))
      .map(({ id }) => `${id} is cut off`),
    ...solid.flatMap((a, index) =>
      solid
        .slice(index + 1)
        .filter((b) => overlap(a.area, b.area))
        .map((b) => `${a.id} lies on ${b.id}`),
    ),
    ...boxes
      .filter(({ title, area }) => title !== '' && textWidth(title, 'title') + 2 * padding > area.width)
      .map(({ id }) => `the title of ${id} is too wide`),
    ...arrows.flatMap(({ from, to, points }) => {
      const [tail] = points;
      const head = points.at(-1);
      const joined =
        tail !== undefined && head !== undefined && onEdge(areaOf(from), tail) && onEdge(areaOf(to), head);
      return joined ? [] : [`${from} → ${to} does not join them`];
    }),
  ];
}

test('every machine is drawn so that it can be read', async () => {
  const placed = await layOut(machines.map((machine) => chartDiagram(chartOf(machine))));
  expect(placed.flatMap(troubles)).toEqual([]);
  // Fits the screen of a laptop at its width, and keeps its text large enough there.
  expect(Math.max(...placed.map(({ width }) => width))).toBeLessThan(1_000);
});

test('a wiring of many agents, and one that calls itself, can be read', async () => {
  const agents = Array.from(
    { length: 30 },
    (_, index) => `
  agent-${index}:
    type: echo
    triggers:
      - { type: webhook, auth: none }
      - { type: schedule, cron: "*/5 * * * *" }
    notifications:
      - { id: next, url: "http://127.0.0.1:8080/webhooks/agent-${(index + 1) % 30}", events: [task.completed] }
      - { id: chat, type: slack, url: "https://chat.example/x", events: [task.failed, task.cancelled] }`,
  );
  const [placed] = await layOut([
    wiringDiagram(wiringOf(planned(`agents:${agents.join('')}`), (text) => text)),
  ]);
  if (placed === undefined) throw new Error('nothing was laid out');
  expect(placed.boxes).toHaveLength(30 * 5);
  expect(placed.arrows).toHaveLength(30 * 5);
  expect(troubles(placed)).toEqual([]);
});
