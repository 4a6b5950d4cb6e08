import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { Activity, ActivityLogClient } from '../../client/client.ts';
import { CloseIcon, NewerIcon, OlderIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { titleOf } from '../timeline/words.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { DoneIcon, JsonIcon, LinkIcon } from './detail-icons.tsx';
import { LazyContent } from './lazy-content.tsx';
import { useCopy } from './use-copy.ts';
import { useEntry } from './use-entry.ts';
import type { PayloadView } from './view-switch.tsx';

interface DetailPanelProps {
  client: ActivityLogClient;
  entryId: string;
  /** The entry, where the list has it; otherwise the service is asked. */
  known: Activity | undefined;
  onClose(): void;
  /** Undefined where there is none. */
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
}

/** One entry in detail, beside the list; in its place where there is no room for both. */
export function DetailPanel({ client, entryId, known, onClose, onNewer, onOlder }: DetailPanelProps) {
  const found = useEntry(client, entryId, known);
  const say = useSay();
  const { hrefOf } = useTimeline();
  const [isRaw, setRaw] = useState(false);
  const [view, setView] = useState<PayloadView>('changes');
  const [copied, copy] = useCopy();
  const heading = useRef<HTMLHeadingElement>(null);
  // Once, when it opens: whoever moves on to another entry keeps the focus where it is.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  return (
    <aside className="al-detail" aria-label={say('detail.heading')}>
      <header className="al-bar">
        <h2 className="al-heading" ref={heading} tabIndex={-1}>
          {say('detail.heading')}
        </h2>
        <div className="al-tools">
          <Tool
            label={say('detail.permalink')}
            onClick={() => copy(new URL(hrefOf({ query: '', at: undefined, entryId }), document.baseURI).href)}
          >
            {copied === 'copied' ? <DoneIcon /> : <LinkIcon />}
          </Tool>
          <Tool label={say('detail.raw')} isPressed={isRaw} onClick={() => setRaw(!isRaw)}>
            <JsonIcon />
          </Tool>
          <Tool label={say('detail.newer')} keys="k" onClick={onNewer}>
            <NewerIcon />
          </Tool>
          <Tool label={say('detail.older')} keys="j" onClick={onOlder}>
            <OlderIcon />
          </Tool>
          <Tool label={say('detail.close')} keys="Escape" onClick={onClose}>
            <CloseIcon />
          </Tool>
        </div>
      </header>
      {/* For those who move from entry to entry and do not see it change. */}
      <p className="al-hidden" role="status">
        {found.kind === 'found' && titleOf(found.entry)}
      </p>
      <p className={copied === 'failed' ? 'al-copy-failed' : 'al-hidden'} role="status">
        {copied && say(`copy.${copied}`)}
      </p>
      <section className="al-fields" tabIndex={0} aria-label={say('detail.fields')} key={entryId}>
        {found.kind === 'found' && (
          <Suspense fallback={<p>{say('detail.loading')}</p>}>
            <LazyContent entry={found.entry} isRaw={isRaw} view={view} onViewChange={setView} />
          </Suspense>
        )}
        {found.kind === 'loading' && <p>{say('detail.loading')}</p>}
        {found.kind === 'absent' && <p>{say('detail.absent')}</p>}
        {found.kind === 'failed' && <p role="alert">{failureIn(say, found.failure)}</p>}
      </section>
    </aside>
  );
}

interface ToolProps {
  label: string;
  /** The key that does the same. */
  keys?: string;
  /** Said of what is on or off. */
  isPressed?: boolean;
  onClick: (() => void) | undefined;
  children: ReactNode;
}

const Tool = ({ label, keys, isPressed, onClick, children }: ToolProps) => (
  <button
    type="button"
    className="al-tool"
    aria-label={label}
    title={keys === undefined ? label : `${label} (${keys === 'Escape' ? 'Esc' : keys})`}
    aria-keyshortcuts={keys}
    aria-pressed={isPressed}
    disabled={onClick === undefined}
    onClick={onClick}
  >
    {children}
  </button>
);
