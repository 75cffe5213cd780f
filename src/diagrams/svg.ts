// A placed diagram as SVG. The page of the inspector and `callboard graph` show the same text; each brings the style.
import type { PlacedArrow, PlacedDiagram, Point } from './layout.ts';
import { fontSize, lineHeight, padding, titleHeight } from './text-size.ts';

/**
 * One `<svg class="diagram">` without a style. Every box is a `<g class="box KIND" data-id="ID">`; `.lit` on it
 * marks it as active, and its empty `<text class="count">` is there for a number.
 */
export function svgOf({ title, width, height, boxes, arrows }: PlacedDiagram): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="${escaped(title)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    // Boxes that hold others lie below the arrows that lead out of them.
    ...boxes.filter((box) => box.boxes.length > 0).map(boxMarkup),
    ...arrows.map(arrowMarkup),
    ...boxes.filter((box) => box.boxes.length === 0).map(boxMarkup),
    '</svg>',
  ];
  return parts.join('\n');
}

function boxMarkup({ id, kind, title, lines, boxes, area }: PlacedDiagram['boxes'][number]): string {
  const { x, y, width, height } = area;
  if (title === '') {
    const radius = width / 2;
    return `<circle class="${kind}" cx="${x + radius}" cy="${y + radius}" r="${radius}"/>`;
  }
  const group = boxes.length > 0 ? ' group' : '';
  const base = y + padding + fontSize.title - 1;
  return [
    `<g class="box ${kind}${group}" data-id="${escaped(id)}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>`,
    // The double frame of a final state.
    kind === 'final'
      ? `<rect class="inner" x="${x + 3}" y="${y + 3}" width="${width - 6}" height="${height - 6}" rx="4.5"/>`
      : '',
    `<text class="title" x="${x + padding}" y="${base}">${escaped(title)}</text>`,
    `<text class="count" x="${x + width - 3}" y="${y - 3}"/>`,
    ...lines.map(
      (line, index) =>
        `<text x="${x + padding}" y="${base + titleHeight + lineHeight * index}">${escaped(line)}</text>`,
    ),
    '</g>',
  ].join('');
}

function arrowMarkup({ points, label, labelAt }: PlacedArrow): string {
  const lines = label.map(
    (line, index) =>
      `<text x="${labelAt?.x ?? 0}" y="${(labelAt?.y ?? 0) + fontSize.line + lineHeight * index}">${escaped(line)}</text>`,
  );
  return `<g class="arrow"><path class="line" d="${lineThrough(points)}"/><path class="head" d="${headOf(points)}"/>${lines.join('')}</g>`;
}

/** How far from a bend the line leaves its straight course. */
const bend = 5;

function lineThrough(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const start = towards(point, before, bend);
      const end = towards(point, after, bend);
      return `L${start.x} ${start.y}Q${point.x} ${point.y} ${end.x} ${end.y}`;
    })
    .join('');
}

function headOf(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return '';
  const foot = towards(tip, before, 7);
  const across = { x: (foot.y - tip.y) / 2, y: (tip.x - foot.x) / 2 };
  return `M${tip.x} ${tip.y}L${foot.x + across.x} ${foot.y + across.y}L${foot.x - across.x} ${foot.y - across.y}Z`;
}

/** The point `far` pixels from `from` on the way to `to`, at most half-way. */
function towards(from: Point, to: Point, far: number): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const part = distance === 0 ? 0 : Math.min(far / distance, 0.5);
  const at = (a: number, b: number) => Math.round((a + (b - a) * part) * 10) / 10;
  return { x: at(from.x, to.x), y: at(from.y, to.y) };
}

/** Text as it may stand in an element or an attribute. */
export function escaped(text: string): string {
  // Characters that XML cannot hold at all are left out.
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
