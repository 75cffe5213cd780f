// A diagram in Mermaid's words.
import type { Box, Diagram } from './diagram.ts';

/** The text of a `flowchart`, with a final newline. Boxes within boxes are not told of. */
export function flowchart({ direction, boxes, arrows }: Diagram): string {
  const ids = new Map(boxes.map(({ id }, index) => [id, `n${index}`]));
  const lines = [
    `flowchart ${direction === 'right' ? 'LR' : 'TB'}`,
    ...boxes.map((box) => `  ${ids.get(box.id)}${shape(box)}`),
    ...arrows.map(({ from, to, label }) => {
      const text = label.length === 0 ? '' : `|"${label.map(quoted).join('<br>')}"|`;
      return `  ${ids.get(from)} -->${text} ${ids.get(to)}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function shape({ kind, title, lines }: Box): string {
  const text = `"${[title, ...lines].map(quoted).join('<br>')}"`;
  if (kind.startsWith('agent')) return `[${text}]`;
  return kind.startsWith('trigger') ? `([${text}])` : `[/${text}/]`;
}

/** As Mermaid reads it inside quotes: by its number whatever might mean something to it, to HTML or to Markdown. */
function quoted(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,()/=+-]/gu, (character) => `#${character.codePointAt(0)};`);
}
