import { lazy, Suspense, useState } from 'react';
import { addTerm, hasTerm, removeTerm } from '../find/query.ts';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';

const RetentionDialog = lazy(() => import('./retention-dialog.tsx'));

/** What only operators see, which is why only they can do without it. */
const isShownIn = (query: string): boolean =>
  hasTerm(query, 'visibility', 'system') ||
  !(hasTerm(query, 'visibility', 'client') || hasTerm(query, 'visibility', 'internal'));

/** A query with the entries that only operators see, or without them. */
export function withSystem(query: string, isShown: boolean): string {
  const bare = removeTerm(query, 'visibility');
  return isShown ? bare : addTerm(addTerm(bare, 'visibility', 'client'), 'visibility', 'internal');
}

/** What only operators of a workspace have: entries of the system, and for how long entries are kept. Nothing for others. */
export function OperatorTools() {
  const say = useSay();
  const { role, place, go } = useTimeline();
  const [root, setRoot] = useState<Element | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  if (role !== 'OPERATOR') return null;
  const isShown = isShownIn(place.query);
  return (
    <div className="al-operator" ref={(element) => setRoot(element?.closest('.al-root') ?? null)}>
      <button
        type="button"
        className="al-button"
        aria-pressed={isShown}
        title={say(isShown ? 'settings.system.hide' : 'settings.system.show')}
        onClick={() => go({ query: withSystem(place.query, !isShown) }, 'push')}
      >
        {say('settings.system')}
      </button>
      <button type="button" className="al-button" aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
        {say('settings.open')}
      </button>
      {isOpen && (
        <Suspense>
          <RetentionDialog container={root} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
