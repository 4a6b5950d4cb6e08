import type { Activity } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { CopyButton } from './copy-button.tsx';
import { EntryFields } from './entry-fields.tsx';
import { JsonText, jsonText } from './json-text.tsx';
import { Payload } from './payload.tsx';
import type { PayloadView } from './view-switch.tsx';

export interface EntryContentProps {
  entry: Activity;
  /** As the API gives it, instead of field by field. */
  isRaw: boolean;
  view: PayloadView;
  onViewChange(view: PayloadView): void;
}

/** What the panel shows of an entry. */
export function EntryContent({ entry, isRaw, view, onViewChange }: EntryContentProps) {
  if (isRaw) return <RawEntry entry={entry} />;
  return (
    <>
      <EntryFields entry={entry} />
      {entry.payload !== null && <Payload value={entry.payload} view={view} onViewChange={onViewChange} />}
    </>
  );
}

function RawEntry({ entry }: { entry: Activity }) {
  const say = useSay();
  return (
    <section className="al-payload" aria-label={say('detail.raw')}>
      <header>
        <h3>{say('detail.raw')}</h3>
        <CopyButton look="button" label={say('payload.copy')} text={() => jsonText(entry)} />
      </header>
      <JsonText value={entry} />
    </section>
  );
}
