import { lazy, Suspense, useMemo } from 'react';
import { useSay } from '../words/localised.tsx';
import { CopyButton } from './copy-button.tsx';
import { JsonText, jsonText } from './json-text.tsx';
import { changeIn, type PayloadChange } from './payload-change.ts';
import { PayloadTree } from './payload-tree.tsx';
import { type PayloadView, ViewSwitch } from './view-switch.tsx';

// As text where its file cannot be loaded.
const PayloadDiff = lazy(() =>
  import('./payload-diff.tsx').then(
    (loaded) => ({ default: loaded.PayloadDiff }),
    () => ({ default: ({ change }: { change: PayloadChange }) => <JsonText value={change} /> }),
  ),
);

interface PayloadProps {
  value: unknown;
  /** How a payload that tells of a change is shown. */
  view: PayloadView;
  onViewChange(view: PayloadView): void;
}

/** What was logged with an entry: what was changed, where it tells of that, or all of it as a tree. */
export function Payload({ value, view, onViewChange }: PayloadProps) {
  const say = useSay();
  const change = useMemo(() => changeIn(value), [value]);
  return (
    <section className="al-payload" aria-label={say('payload.heading')}>
      <header>
        <h3>{say('payload.heading')}</h3>
        {change !== undefined && <ViewSwitch view={view} onChange={onViewChange} />}
        <CopyButton look="button" label={say('payload.copy')} text={() => jsonText(value)} />
      </header>
      {change !== undefined && view === 'changes' ? (
        <>
          <Suspense fallback={<JsonText value={change} />}>
            <PayloadDiff change={change} />
          </Suspense>
          {change.rest !== undefined && (
            <>
              <h4>{say('diff.rest')}</h4>
              <PayloadTree value={change.rest} label={say('diff.rest')} />
            </>
          )}
        </>
      ) : (
        <PayloadTree value={value} label={say('payload.heading')} />
      )}
    </section>
  );
}
