import { useSay } from '../words/localised.tsx';

interface NothingFoundProps {
  /** True where the service has refused to search for it. */
  isRefused: boolean;
  onClear(): void;
}

/** What stands in the place of the list where nothing was found. */
export function NothingFound({ isRefused, onClear }: NothingFoundProps) {
  const say = useSay();
  return (
    <div className="al-placeholder" role="status">
      <h2>{say(isRefused ? 'find.refused.heading' : 'find.nothing.heading')}</h2>
      <p>{say(isRefused ? 'find.refused.text' : 'find.nothing.text')}</p>
      <button type="button" className="al-button" data-kind="primary" onClick={onClear}>
        {say('find.clearSearch')}
      </button>
    </div>
  );
}
