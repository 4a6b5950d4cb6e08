import { memo } from 'react';
import type { Activity } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { EntryFacts } from './entry-facts.tsx';
import { RunIcon } from './icons.tsx';
import type { Names } from './use-names.ts';
import { inWords } from './words.ts';

interface RunRowProps {
  /** By which it is found among the lines. */
  id: string;
  /** Newest first. */
  entries: readonly Activity[];
  names: Names;
  /** How long ago the newest one was, in words. */
  ago: string;
  isOpen: boolean;
  /** True where the details of one of them are shown, while it is folded. */
  isShown: boolean;
  /** True where the Tab key stops. */
  isReachable: boolean;
  onToggle(entries: readonly Activity[]): void;
}

/** A run of like entries as one line: what happened how often, from when to when. */
export const RunRow = memo(({ id, entries, names, ago, isOpen, isShown, isReachable, onToggle }: RunRowProps) => {
  const say = useSay();
  const { clockTime, wholeTime } = useMoments();
  const [newest, oldest] = [entries[0] as Activity, entries.at(-1) as Activity];
  const { severity, eventKey } = newest;
  return (
    <div
      className="al-entry al-run"
      data-severity={severity}
      data-shown={isShown || undefined}
      data-open={isOpen || undefined}
    >
      <span className="al-marker">
        <RunIcon />
      </span>
      <div className="al-what">
        <p className="al-title">
          {severity !== 'INFO' && <span className="al-severity">{say(`severity.${severity}`)}</span>}
          <button
            type="button"
            data-entry={id}
            tabIndex={isReachable ? 0 : -1}
            aria-expanded={isOpen}
            onClick={() => onToggle(entries)}
          >
            {say('list.run', { count: entries.length, what: inWords(eventKey) })}
          </button>
        </p>
        <EntryFacts entry={newest} names={names} isReachable={isReachable} isOfMany />
      </div>
      <p className="al-when">
        <time dateTime={newest.createdAt} title={wholeTime(newest.createdAt)}>
          {ago}
        </time>
        <span>{say('list.run.span', { from: clockTime(oldest.createdAt), to: clockTime(newest.createdAt) })}</span>
      </p>
    </div>
  );
});
