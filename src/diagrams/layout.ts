// Finds a place for every box, arrow and label of a diagram.
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Arrow, Box, Diagram } from './diagram.ts';
import { lineHeight, padding, textWidth, titleHeight } from './text-size.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** Lengths in pixels at natural size. */
export interface PlacedDiagram {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Those that hold others come before what they hold. */
  readonly boxes: readonly (Box & { readonly area: Area })[];
  readonly arrows: readonly PlacedArrow[];
}

export interface PlacedArrow extends Arrow {
  /** From its tail to its head. */
  readonly points: readonly Point[];
  /** Where its label's text begins. */
  readonly labelAt: Point | undefined;
}

/** The library, 1.6 MB of it, takes a third of a second to load: not before somebody wants a picture. */
async function loadElk() {
  const { default: elk } = await import('elkjs/lib/elk.bundled.js');
  return new elk.default();
}

/** For what a diagram holds, and again for what each of its boxes holds. Lengths in pixels. */
const layoutOptions = {
  'elk.algorithm': 'layered',
  // Arrows may lead from within one box to within another.
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  // What is entered first stands first.
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.spacing.nodeNode': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.spacing.edgeNode': '10',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.spacing.edgeEdge': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.spacing.edgeLabel': '3',
};

/** Lays out diagrams one after another, in this thread. */
export async function layOut(diagrams: readonly Diagram[]): Promise<readonly PlacedDiagram[]> {
  const elk = await loadElk();
  const placed: PlacedDiagram[] = [];
  for (const diagram of diagrams) placed.push(placedBy(diagram, await elk.layout(elkGraph(diagram))));
  return placed;
}

function elkGraph({ direction, boxes, arrows }: Diagram): ElkNode {
  return {
    id: '',
    layoutOptions: {
      ...layoutOptions,
      'elk.padding': '[top=8,left=8,bottom=8,right=8]',
      'elk.direction': direction === 'right' ? 'RIGHT' : 'DOWN',
    },
    children: boxes.map(elkNode),
    edges: arrows.map(elkEdge),
  };
}

function elkNode({ id, title, lines, boxes }: Box): ElkNode {
  if (title === '') return { id, width: 10, height: 10 };
  const width = Math.max(textWidth(title, 'title'), ...lines.map((line) => textWidth(line))) + 2 * padding;
  const height = 2 * padding + titleHeight + lines.length * lineHeight;
  if (boxes.length === 0) return { id, width, height };
  return {
    id,
    children: boxes.map(elkNode),
    layoutOptions: {
      ...layoutOptions,
      'elk.padding': `[top=${height + 6},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
  };
}

function elkEdge({ from, to, label }: Arrow, index: number): ElkExtendedEdge {
  const edge = { id: `arrow ${index}`, sources: [from], targets: [to] };
  if (label.length === 0) return edge;
  const width = Math.max(...label.map((line) => textWidth(line))) + 4;
  return { ...edge, labels: [{ text: label.join('\n'), width, height: label.length * lineHeight }] };
}

function placedBy(diagram: Diagram, root: ElkNode): PlacedDiagram {
  const nodes = new Map<string, ElkNode>();
  const edges = new Map<string, ElkExtendedEdge>();
  const collect = (node: ElkNode): void => {
    nodes.set(node.id, node);
    for (const edge of node.edges ?? []) edges.set(edge.id, edge);
    for (const child of node.children ?? []) collect(child);
  };
  collect(root);
  const { width = 0, height = 0 } = root;
  return {
    title: diagram.title,
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: [...allBoxes(diagram.boxes)].map((box) => ({ ...box, area: areaOf(nodes.get(box.id)) })),
    arrows: diagram.arrows.map((arrow, index) => ({ ...arrow, ...courseOf(edges.get(`arrow ${index}`)) })),
  };
}

function areaOf(node: ElkNode | undefined): Area {
  const { x = 0, y = 0, width = 0, height = 0 } = node ?? {};
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function courseOf(edge: ElkExtendedEdge | undefined): Pick<PlacedArrow, 'points' | 'labelAt'> {
  const sections = edge?.sections ?? [];
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const label = edge?.labels?.[0];
  return {
    points: points.map(({ x, y }) => ({ x: round(x), y: round(y) })),
    labelAt: label === undefined ? undefined : { x: round((label.x ?? 0) + 2), y: round(label.y ?? 0) },
  };
}

function* allBoxes(boxes: readonly Box[]): Generator<Box> {
  for (const box of boxes) {
    yield box;
    yield* allBoxes(box.boxes);
  }
}

/** Half pixels are enough, and keep pictures small. */
const round = (length: number) => Math.round(length * 2) / 2;
