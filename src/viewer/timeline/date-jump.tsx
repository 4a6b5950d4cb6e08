import { type RefObject, useEffect, useRef } from 'react';
import { useIntl } from 'react-intl';
import { momentOf } from '../find/moment.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { CalendarIcon } from './icons.tsx';
import { useTimeline } from './timeline-context.ts';
import { useKeys } from './use-keys.ts';

/** Leads to a day: the list begins with its last entry. */
export function DateJump({ root }: { root: RefObject<HTMLElement | null> }) {
  const say = useSay();
  const { dayOf } = useMoments();
  const { timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = useIntl();
  const { place, go } = useTimeline();
  const field = useRef<HTMLInputElement>(null);
  const isMoment = place.at !== undefined && !Number.isNaN(Date.parse(place.at));
  const shown = isMoment && place.at !== undefined ? dayOf(place.at) : '';

  // Its own while it is typed into: a day that is half typed is none.
  useEffect(() => {
    if (field.current !== null && field.current.value !== shown) field.current.value = shown;
  }, [shown]);

  const goToDay = (day: string) => {
    // The next day's first moment: of days that have 23 or 25 hours, too.
    const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    const moment = momentOf(next, { timeZone });
    if (moment !== undefined) go({ at: new Date(moment - 1).toISOString() }, 'push');
  };
  const choose = () => {
    field.current?.focus();
    // Not every browser has one, and none opens it where the page is in a frame of another origin.
    try {
      field.current?.showPicker();
    } catch {
      // It is typed in.
    }
  };
  useKeys(root, { g: choose });

  return (
    <label className="al-date" title={say('list.date.hint')} data-set={isMoment || undefined}>
      <CalendarIcon />
      <span className="al-hidden">{say('list.date')}</span>
      <input
        ref={field}
        type="date"
        defaultValue={shown}
        max={dayOf(Date.now())}
        onChange={({ currentTarget }) => {
          // Typed year by year: 0002 on the way to 2026.
          if (currentTarget.validity.valid && currentTarget.value > '1000') goToDay(currentTarget.value);
        }}
      />
    </label>
  );
}
