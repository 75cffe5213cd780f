// How much room text takes. The pictures use fixed-width fonts alone, whose characters are all 0.6 em wide or a
// little less, so nothing needs to be measured in a browser.

/** Sizes of type, in pixels. */
export const fontSize = { heading: 14, title: 13, line: 11 } as const;
export const titleHeight = 16;
export const lineHeight = 14;
/** Between a box's edge and its text. */
export const padding = 8;

export function textWidth(text: string, size: keyof typeof fontSize = 'line'): number {
  return Math.ceil(text.length * fontSize[size] * 0.605);
}
