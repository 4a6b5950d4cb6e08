import { memo } from 'react';
import type { Activity } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { EntryFacts } from './entry-facts.tsx';
import { SeverityIcon } from './icons.tsx';
import type { Names } from './use-names.ts';
import { titleOf } from './words.ts';

interface EntryRowProps {
  entry: Activity;
  names: Names;
  /** How long ago it was, in words: it is drawn again when they are others, not when the clock goes on. */
  ago: string;
  href: string;
  /** True where its details are shown. */
  isShown: boolean;
  /** True where the Tab key stops: at one entry of the list; the arrows go on from there. */
  isReachable: boolean;
  onOpen(entry: Activity): void;
}

/** An entry as a line of the list: what happened, how serious it is, who did it to what, and when. */
export const EntryRow = memo(({ entry, names, ago, href, isShown, isReachable, onOpen }: EntryRowProps) => {
  const say = useSay();
  const { clockTime, wholeTime } = useMoments();
  return (
    <article className="al-entry" data-severity={entry.severity} data-shown={isShown || undefined}>
      <span className="al-marker">
        <SeverityIcon severity={entry.severity} />
      </span>
      <div className="al-what">
        <p className="al-title">
          {entry.severity !== 'INFO' && <span className="al-severity">{say(`severity.${entry.severity}`)}</span>}
          <a
            href={href}
            data-entry={entry.id}
            tabIndex={isReachable ? 0 : -1}
            aria-current={isShown || undefined}
            onClick={(event) => {
              // Otherwise it is for a tab or a window of its own.
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
              event.preventDefault();
              onOpen(entry);
            }}
          >
            {titleOf(entry)}
          </a>
        </p>
        <EntryFacts entry={entry} names={names} isReachable={isReachable} />
      </div>
      <p className="al-when">
        <time dateTime={entry.createdAt} title={wholeTime(entry.createdAt)}>
          {ago}
        </time>
        <span>{clockTime(entry.createdAt)}</span>
      </p>
    </article>
  );
});
