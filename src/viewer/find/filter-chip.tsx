import type { ReactNode } from 'react';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { addTerm, type Qualifier } from './query.ts';

interface FilterChipProps {
  qualifier: Qualifier;
  value: string;
  /** What it looks like. */
  kind: 'actor' | 'entity' | 'brand' | 'event';
  /** True where the Tab key stops at it. */
  isReachable: boolean;
  children: ReactNode;
}

/** Something of an entry that shows only entries alike when it is clicked. */
export function FilterChip({ qualifier, value, kind, isReachable, children }: FilterChipProps) {
  const say = useSay();
  const { place, go } = useTimeline();
  return (
    <button
      type="button"
      className="al-fact"
      data-kind={kind}
      title={say('find.only')}
      tabIndex={isReachable ? 0 : -1}
      onClick={({ currentTarget }) => {
        // Its line may be elsewhere in what is shown then, or nowhere.
        currentTarget.closest<HTMLElement>('.al-scroller')?.focus({ preventScroll: true });
        go({ query: addTerm(place.query, qualifier, value) }, 'push');
      }}
    >
      <span>{children}</span>
    </button>
  );
}
