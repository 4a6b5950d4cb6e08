import { lazy } from 'react';
import { useSay } from '../words/localised.tsx';
import type { EntryContentProps } from './entry-content.tsx';

const load = async (): Promise<{ default: (props: EntryContentProps) => React.ReactNode }> => ({
  default: (await import('./entry-content.tsx')).EntryContent,
});

/** What the panel shows of an entry, in a file of its own: nobody waits for it who looks at the list. */
export const LazyContent = lazy(() => load().catch(() => ({ default: Missing })));

/** Loads that file before it is needed, so that an entry opens at once. */
export function preloadContent(): void {
  // Where it cannot be had now it is asked for again when an entry is opened.
  load().catch(() => undefined);
}

function Missing() {
  const say = useSay();
  return <p role="alert">{say('failed.unavailable')}</p>;
}
