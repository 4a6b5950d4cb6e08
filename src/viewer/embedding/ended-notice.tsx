import { useSay } from '../words/localised.tsx';

/** Said over a timeline whose token has ended, until there is another one. */
export function EndedNotice({ reason, onAgain }: { reason: string; onAgain(): void }) {
  const say = useSay();
  return (
    <div className="al-ended" role="alert">
      <p>
        <strong>{say('embedding.ended')}</strong> <bdi>{reason}</bdi>
      </p>
      <button type="button" className="al-button" onClick={onAgain}>
        {say('tryAgain')}
      </button>
    </div>
  );
}
