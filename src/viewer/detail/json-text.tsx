import { useMemo } from 'react';
import { escapeHidden } from './visible-pieces.ts';

type TokenKind = 'key' | 'string' | 'number' | 'word' | 'mark';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/** Pieces that are coloured; a text with more of them is quicker in one colour. */
const coloured = 4_000;

/** JSON text in pieces, each with what it is. */
function tokensOf(text: string): Token[] {
  const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([^"\d\-tfn]+|.)/g;
  return [...text.matchAll(pattern)].flatMap(
    ({ 0: whole, 1: string, 2: colon, 3: number, 4: word, index }): Token[] => {
      if (string !== undefined && colon !== undefined)
        return [
          { kind: 'key', text: string, at: index },
          { kind: 'mark', text: colon, at: index + string.length },
        ];
      const kind: TokenKind =
        string !== undefined ? 'string' : number !== undefined ? 'number' : word !== undefined ? 'word' : 'mark';
      return [{ kind, text: whole, at: index }];
    },
  );
}

/** A value as JSON that can be read, on several lines; characters that nobody would see are escapes in it. */
export const jsonText = (value: unknown): string => escapeHidden(JSON.stringify(value, null, 2));

/** A value as JSON, coloured. */
export function JsonText({ value }: { value: unknown }) {
  const text = useMemo(() => jsonText(value), [value]);
  const tokens = useMemo(() => tokensOf(text), [text]);
  return (
    <pre className="al-json" dir="ltr" tabIndex={0}>
      <code>
        {tokens.length > coloured
          ? text
          : tokens.map(({ kind, text: piece, at }) =>
              kind === 'mark' ? (
                piece
              ) : (
                <span key={at} data-token={kind}>
                  {piece}
                </span>
              ),
            )}
      </code>
    </pre>
  );
}
