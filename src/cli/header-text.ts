/** Whether a header can carry the text: none carries the end of a line within it, nor what is not Latin-1. */
export function fitsHeader(text: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(text.trim());
}

/** What is said of one that does not. It is a secret, so it is not shown. */
export const unfitForHeader = 'holds a character that no header can carry, such as the end of a line';
