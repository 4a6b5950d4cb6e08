import { useCallback, useMemo, useRef, useState } from 'react';
import { everything, type Place, type Step } from '../timeline/place.ts';
import type { TimelineOptions } from './activity-timeline-props.ts';

type Options = Pick<TimelineOptions, 'place' | 'defaultPlace' | 'onPlaceChange' | 'onEntryOpen'>;

/** Where a timeline stands, and what goes elsewhere: kept by the caller, who gives `place`, or here. */
export function usePlace(options: Options): [Place, (place: Place, step: Step) => void] {
  const [own, setOwn] = useState(options.defaultPlace);
  const { query = everything.query, at, entryId } = options.place ?? own ?? everything;
  const place = useMemo(() => ({ query, at, entryId }), [query, at, entryId]);
  const latest = useRef({ options, place });
  latest.current = { options, place };
  const go = useCallback((to: Place, step: Step) => {
    const { options, place } = latest.current;
    setOwn(to);
    options.onPlaceChange?.(to, step);
    if (to.entryId !== undefined && to.entryId !== place.entryId) options.onEntryOpen?.(to.entryId);
  }, []);
  return [place, go];
}
