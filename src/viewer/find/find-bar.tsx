import { lazy, type Ref, Suspense, useId, useImperativeHandle, useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import type { ActivityLogClientError } from '../../client/client.ts';
import { BookmarkIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { offeredQualifiers } from './completions.ts';
import { Conditions } from './conditions.tsx';
import { problemInWords } from './problem-in-words.ts';
import { SearchField, type SearchFieldHandle } from './search-field.tsx';
import { parseQuery } from './terms.ts';
import { useDraft } from './use-draft.ts';

const SavedFilters = lazy(async () => ({ default: (await import('./saved-filters.tsx')).SavedFilters }));

export interface FindBarHandle {
  /** Gives the focus to where people type. */
  focus(): void;
  /** Looks for everything again. */
  clear(): void;
}

interface FindBarProps {
  ref: Ref<FindBarHandle>;
  /** What the service has refused of the query, if it has. */
  refusal: ActivityLogClientError | undefined;
  onLeave(): void;
  onKeys(): void;
}

/** What is looked for: where it is typed, the conditions that hold, what is wrong with them, and those that were saved. */
export function FindBar({ ref, refusal, onLeave, onKeys }: FindBarProps) {
  const say = useSay();
  const intl = useIntl();
  const { place, role } = useTimeline();
  const draft = useDraft();
  const field = useRef<SearchFieldHandle>(null);
  const saved = useRef<HTMLButtonElement>(null);
  const [isSavedOpen, setSavedOpen] = useState(false);
  const problemsId = useId();
  const clear = () => {
    draft.settle('');
    field.current?.focus();
  };
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus(), clear }));
  const offered = offeredQualifiers(role);
  const problems = parseQuery(place.query).problems.map((one) => ({
    key: one.start,
    text: problemInWords(one, offered, say, intl),
  }));
  if (refusal !== undefined) problems.push({ key: -1, text: failureIn(say, refusal) });
  return (
    <search className="al-find" aria-label={say('find.label')}>
      <div className="al-find-row">
        <SearchField
          ref={field}
          draft={draft}
          problemsId={problems.length > 0 ? problemsId : undefined}
          onLeave={onLeave}
        />
        <button
          type="button"
          className="al-button al-find-tool"
          ref={saved}
          title={say('find.saved')}
          aria-label={say('find.saved')}
          aria-haspopup="dialog"
          aria-expanded={isSavedOpen}
          onClick={() => setSavedOpen(!isSavedOpen)}
        >
          <BookmarkIcon />
        </button>
        <button
          type="button"
          className="al-button al-find-tool al-find-keys"
          title={say('find.keys')}
          aria-label={say('find.keys')}
          aria-haspopup="dialog"
          onClick={onKeys}
        >
          <span aria-hidden="true">?</span>
        </button>
        {isSavedOpen && (
          <Suspense>
            <SavedFilters anchor={saved} onClose={() => setSavedOpen(false)} />
          </Suspense>
        )}
      </div>
      <Conditions onChange={draft.settle} onEmpty={() => field.current?.focus()} />
      <div className="al-problems" id={problemsId} role="status">
        {problems.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </search>
  );
}
