// Pictures on one sheet, as an SVG file of its own.
import type { PlacedDiagram } from './layout.ts';
import { diagramStyle } from './style.ts';
import { escaped, svgOf } from './svg.ts';
import { fontSize, textWidth } from './text-size.ts';

/** How wide a sheet grows before a picture starts the next row, in pixels; a wider picture has a row to itself. */
const widestRow = 1_800;
const margin = 16;
const headingHeight = 22;

const sheetStyle = `
.paper { fill: #fafbfc; }
.heading { font: 600 ${fontSize.heading}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #171a21; }
@media (prefers-color-scheme: dark) { .paper { fill: #16181d; } .heading { fill: #eef0f4; } }
`;

/** Each picture under its title, row after row, with the style that they need. */
export function sheetOf(diagrams: readonly PlacedDiagram[]): string {
  const parts: string[] = [];
  let left = margin;
  let top = margin;
  let rowHeight = 0;
  let widest = 0;
  for (const diagram of diagrams) {
    const width = Math.max(diagram.width, textWidth(diagram.title, 'heading'));
    if (left > margin && left + width > widestRow) {
      top += rowHeight + margin;
      left = margin;
      rowHeight = 0;
    }
    parts.push(
      `<g transform="translate(${left} ${top})"><text class="heading" y="14">${escaped(diagram.title)}</text>`,
      `<g transform="translate(0 ${headingHeight})">${svgOf(diagram)}</g></g>`,
    );
    left += width + margin;
    widest = Math.max(widest, left);
    rowHeight = Math.max(rowHeight, headingHeight + diagram.height);
  }
  const height = top + rowHeight + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widest}" height="${height}" viewBox="0 0 ${widest} ${height}">`,
    `<style>${diagramStyle}${sheetStyle}</style><rect class="paper" width="${widest}" height="${height}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
