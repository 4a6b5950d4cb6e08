import { lazy, Suspense } from 'react';
import { useSay } from '../words/localised.tsx';
import { useShown } from './shown.ts';

/** Comes after the list: nobody waits for it who reads. */
const Picture = lazy(() =>
  import('./picture.tsx').then(
    ({ Picture }) => ({ default: Picture }),
    () => ({ default: MissingPicture }),
  ),
);

function MissingPicture() {
  const say = useSay();
  return (
    <section className="al-picture" data-folded>
      <p className="al-picture-failure">{say('picture.failed')}</p>
    </section>
  );
}

/** The room of the picture, and the picture as soon as it is there. @param facetsSlot where its facets stand */
export function PictureArea({ facetsSlot }: { facetsSlot: HTMLElement | null }) {
  const { picture } = useShown();
  return (
    <Suspense fallback={<div className="al-picture" data-folded={!picture || undefined} />}>
      <Picture facetsSlot={facetsSlot} />
    </Suspense>
  );
}
