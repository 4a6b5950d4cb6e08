import { useState } from 'react';
import { useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';
import { Pieces } from './visible-text.tsx';
import type { WordPiece } from './word-differences.ts';

/** Characters of a value that are shown at first. */
const cutAt = 400;
/** Characters on each side of what is different, where only that is shown. */
const around = 60;

interface ChangedValueProps {
  value: unknown;
  side: 'before' | 'after';
  /** The texts of both sides in pieces, where they are compared word by word. */
  pieces: readonly WordPiece[] | undefined;
}

/** What was, or what is, with the words marked that the other side does not have. */
export function ChangedValue({ value, side, pieces }: ChangedValueProps) {
  const say = useSay();
  const { formatNumber } = useIntl();
  const [isWhole, setWhole] = useState(false);
  const isText = typeof value === 'string';
  const text = isText ? value : JSON.stringify(value);
  const isLong = text.length > cutAt;
  const shown = (pieces ?? [{ text, isIn: 'both' as const }]).filter(({ isIn }) => isIn === 'both' || isIn === side);
  return (
    <span className="al-changed-value" dir="ltr">
      {isText && '"'}
      <bdi dir={isText ? 'auto' : 'ltr'}>
        {(isLong && !isWhole ? shortened(shown) : shown).map(({ text: piece, isIn }, at) => {
          const key = `${at}${isIn}`;
          if (isIn === 'both') return <Pieces key={key} text={piece} />;
          const Mark = side === 'before' ? 'del' : 'ins';
          return (
            <Mark key={key}>
              <Pieces text={piece} />
            </Mark>
          );
        })}
      </bdi>
      {isText && '"'}
      {isLong && (
        <button type="button" className="al-more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? say('payload.showLess') : say('payload.showAll', { size: formatNumber(text.length) })}
        </button>
      )}
    </span>
  );
}

/** The pieces with what stands around the marked ones; of one that is long the beginning. */
function shortened(pieces: readonly WordPiece[]): readonly WordPiece[] {
  let left = cutAt;
  return pieces.flatMap((piece, at): WordPiece[] => {
    if (left <= 0) return [];
    const isOnly = pieces.length === 1;
    const text =
      piece.isIn !== 'both' || isOnly
        ? ends(piece.text, left, 0)
        : ends(piece.text, at === 0 ? 0 : around, at === pieces.length - 1 ? 0 : around);
    left -= text.length;
    return [{ ...piece, text }];
  });
}

/** The beginning and the end of a text, with no half of a character. */
function ends(text: string, first: number, last: number): string {
  if (text.length <= first + last) return text;
  const begin = text.slice(0, first).replace(/[\uD800-\uDBFF]$/, '');
  const end = last === 0 ? '' : text.slice(-last).replace(/^[\uDC00-\uDFFF]/, '');
  return `${begin}…${end}`;
}
