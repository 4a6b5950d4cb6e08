import { useSay } from '../words/localised.tsx';
import { ArrowUpIcon } from './icons.tsx';

interface NewsPillProps {
  /** Entries that have come in and are not shown. */
  waiting: number;
  /** True where the newest entries are not among those of the list. */
  isAway: boolean;
  onClick(): void;
}

/** Leads to the newest entries, and says how many are new. */
export function NewsPill({ waiting, isAway, onClick }: NewsPillProps) {
  const say = useSay();
  return (
    <div className="al-news" role="status">
      {(waiting > 0 || isAway) && (
        <button type="button" className="al-pill" onClick={onClick}>
          <ArrowUpIcon />
          {waiting > 0 ? say('list.new', { count: waiting }) : say('list.toNow')}
        </button>
      )}
    </div>
  );
}
