/** What went wrong while rendering, thrown where the place in the template is not known; the caller adds it. */
export class Problem extends Error {}

/** Of a value the part that a message quotes. */
export function inShort(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
