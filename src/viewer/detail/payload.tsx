import { lazy, Suspense } from 'react';
import { useSay } from '../words/localised.tsx';
import { CopyButton } from './copy-button.tsx';
import { JsonText, jsonText } from './json-text.tsx';

/** As text where the tree cannot be loaded. */
const PayloadTree = lazy(() =>
  import('./payload-tree.tsx').then(
    (loaded) => ({ default: loaded.PayloadTree }),
    () => ({ default: JsonText }),
  ),
);

/** What was logged with an entry. */
export function Payload({ value }: { value: unknown }) {
  const say = useSay();
  return (
    <section className="al-payload" aria-label={say('payload.heading')}>
      <header>
        <h3>{say('payload.heading')}</h3>
        <CopyButton look="button" label={say('payload.copy')} text={() => jsonText(value)} />
      </header>
      <Suspense fallback={<JsonText value={value} />}>
        <PayloadTree value={value} label={say('payload.heading')} />
      </Suspense>
    </section>
  );
}
