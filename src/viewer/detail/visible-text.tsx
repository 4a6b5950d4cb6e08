import type { TextRange } from './payload-search.ts';
import { visiblePieces } from './visible-pieces.ts';

interface VisibleTextProps {
  text: string;
  /** What of it is marked, one behind the other. */
  marked?: readonly TextRange[];
}

/** Text of an entry, in isolation of direction, with the characters in it that nobody would see shown by their names. */
export function VisibleText({ text, marked = [] }: VisibleTextProps) {
  let end = 0;
  const parts = marked.flatMap((range) => {
    const before = text.slice(end, range.start);
    end = range.end;
    return [
      { text: before, isMarked: false, at: range.start - before.length },
      { text: text.slice(range.start, end), isMarked: true, at: range.start },
    ];
  });
  return (
    <bdi>
      {parts.map((part) =>
        part.isMarked ? (
          <mark key={`${part.at}m`}>
            <Pieces text={part.text} />
          </mark>
        ) : (
          <Pieces key={part.at} text={part.text} />
        ),
      )}
      <Pieces text={text.slice(end)} />
    </bdi>
  );
}

/** The same where it is a part of what is isolated as a whole. */
export const Pieces = ({ text }: { text: string }) =>
  visiblePieces(text).map(({ text: piece, isHidden }, at) =>
    isHidden ? <HiddenCharacter key={at} name={piece} /> : piece,
  );

const HiddenCharacter = ({ name }: { name: string }) => (
  <span className="al-control" dir="ltr">
    {name}
  </span>
);
