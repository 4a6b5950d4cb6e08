import { useSay } from '../words/localised.tsx';
import type { Beyond } from './trail-state.ts';

/** The lines at both ends of the list: whether there is more, and what became of it. */

interface EndProps {
  /** How the reading of what lies beyond stands. */
  beyond: Beyond;
  onAgain(): void;
}

export function StartOfList({ beyond, onAgain }: EndProps) {
  const say = useSay();
  return beyond === 'failed' ? (
    <Failed text={say('list.newer.failed')} onAgain={onAgain} />
  ) : (
    <p className="al-end">{say('list.newer.loading')}</p>
  );
}

export function EndOfList({ beyond, onAgain }: EndProps) {
  const say = useSay();
  if (beyond === 'failed') return <Failed text={say('list.older.failed')} onAgain={onAgain} />;
  return <p className="al-end">{say(beyond === 'none' ? 'list.beginning' : 'list.older.loading')}</p>;
}

function Failed({ text, onAgain }: { text: string; onAgain(): void }) {
  const say = useSay();
  return (
    <p className="al-end" role="alert">
      {text}{' '}
      <button type="button" className="al-button" onClick={onAgain}>
        {say('tryAgain')}
      </button>
    </p>
  );
}
