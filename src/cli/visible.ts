// What came from a payload, a program or a model may hold characters that move a terminal's cursor, rename its window
// or answer for its user: they are shown as JavaScript would write them.

/** C0, DEL and C1. */
const controls = /\p{Cc}/gu;

const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A text that has one line to itself. */
export function visibleLine(text: string): string {
  return text.replace(controls, (character) => letters[character] ?? escaped(character));
}

/** A text that has all the lines that it wants. */
export function visibleText(text: string): string {
  return text.replace(/\r\n|\p{Cc}/gu, (character) =>
    character === '\n' || character === '\t' || character === '\r\n' ? character : escaped(character),
  );
}

/** JSON that means the same: of itself it escapes C0 alone. */
export function visibleJson(value: unknown, space?: number): string {
  const unit = (character: string) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return JSON.stringify(value, null, space).replace(/(?!\n)\p{Cc}/gu, unit);
}
