/** A piece of text: as it stands, or a character that nobody would see by its name, `U+202E`. */
export interface TextPiece {
  readonly text: string;
  readonly isHidden: boolean;
}

/**
 * Characters that are not seen, or that change how what is around them is seen: controls but tab and new line, those that
 * turn the direction of writing, separators of lines, spaces without width, tags, halves of surrogate pairs. Joiners stay:
 * Persian is written with them, and emoji are.
 */
const hidden =
  /(?![\t\n])[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;

const nameOf = (character: string) => {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
};

/** Text in pieces, hidden characters by their names: what is shown so cannot say something else than it holds. */
export function visiblePieces(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(hidden)) {
    if (index > end) pieces.push({ text: text.slice(end, index), isHidden: false });
    pieces.push({ text: nameOf(character), isHidden: true });
    end = index + character.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isHidden: false });
  return pieces;
}

/** Text of JSON that stays the same JSON, with hidden characters as escapes: they stand in strings only. */
export const escapeHidden = (json: string): string =>
  json.replace(hidden, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
