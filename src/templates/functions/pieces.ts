import type { Budget } from '../budget.ts';

const pieceLength = 16_384;

/**
 * What `convert` makes of a text, character by character: done piece by piece, so that a result that is too long is
 * never made whole, and the clock is looked at on the way. @throws {Problem}
 */
export function inPieces(text: string, budget: Budget, convert: (piece: string) => string): string {
  if (text.length <= pieceLength) return budget.made(convert(text));
  let result = '';
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    const piece = convert(text.slice(at, end));
    result += piece;
    budget.reserve(result.length, piece.length);
    budget.look();
    at = end;
  }
  return result;
}

/** Never between the halves of a surrogate pair. */
function pieceEnd(text: string, start: number): number {
  const end = start + pieceLength;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
