import type { ReactNode } from 'react';
import { addTerm, type Qualifier } from '../find/query.ts';
import { useTimeline } from '../timeline/timeline-context.ts';

interface FilterLinkProps {
  qualifier: Qualifier;
  value: string;
  /** Where it leads, for the tooltip. */
  title: string;
  children: ReactNode;
}

/** Leads to the timeline of what this entry has in common with others: live, from its newest entry on. */
export function FilterLink({ qualifier, value, title, children }: FilterLinkProps) {
  const { go, hrefOf } = useTimeline();
  const place = { query: addTerm('', qualifier, value), at: undefined, entryId: undefined };
  return (
    <a
      className="al-link"
      href={hrefOf(place)}
      title={title}
      onClick={(event) => {
        // Otherwise it is for a tab or a window of its own.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(place, 'push');
      }}
    >
      {children}
    </a>
  );
}
