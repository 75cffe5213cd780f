// What a picture shows, before anybody knows where: boxes, some within others, and arrows between them.

export interface Diagram {
  /** Names the picture for whoever hears it read. */
  readonly title: string;
  readonly direction: 'right' | 'down';
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export interface Box {
  /** Unique in its diagram. */
  readonly id: string;
  /** Which look it has; a class of the picture's style. */
  readonly kind: string;
  readonly title: string;
  /** Smaller text below the title, a line each. */
  readonly lines: readonly string[];
  readonly boxes: readonly Box[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** A line each; empty: nothing stands beside it. */
  readonly label: readonly string[];
}
