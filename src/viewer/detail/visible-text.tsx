import { visiblePieces } from './visible-pieces.ts';

/** Text of an entry, in isolation of direction, with the characters in it that nobody would see shown by their names. */
export const VisibleText = ({ text }: { text: string }) => (
  <bdi>
    {visiblePieces(text).map(({ text: piece, isHidden }, at) =>
      isHidden ? <HiddenCharacter key={at} name={piece} /> : piece,
    )}
  </bdi>
);

const HiddenCharacter = ({ name }: { name: string }) => (
  <span className="al-control" dir="ltr">
    {name}
  </span>
);
