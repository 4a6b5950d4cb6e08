import { useMemo, useRef, useState } from 'react';
import { useSay } from '../words/localised.tsx';

type TokenKind = 'key' | 'string' | 'number' | 'word' | 'mark';

interface Token {
  kind: TokenKind;
  text: string;
  /** Where it begins. */
  at: number;
}

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

/** What was logged with an entry, as JSON that can be copied. */
export function Payload({ value }: { value: unknown }) {
  const say = useSay();
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState('');

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(say('payload.copied'));
    } catch {
      // Without TLS browsers give pages no clipboard; what is selected can be copied by hand.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setSaid(say('payload.selected'));
    }
  };
  return (
    <section className="al-payload" aria-label={say('payload.heading')}>
      <header>
        <h3>{say('payload.heading')}</h3>
        <span role="status">{said}</span>
        <button type="button" className="al-button" onClick={() => void copy()}>
          {say('payload.copy')}
        </button>
      </header>
      <pre tabIndex={0}>
        <code ref={code}>
          {tokensOf(text).map(({ kind, text: piece, at }) =>
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
    </section>
  );
}
