import { type ReactNode, useEffect, useRef } from 'react';
import type { Activity, ActivityLogClient } from '../../client/client.ts';
import { ActorIcon, CloseIcon, NewerIcon, OlderIcon, SeverityIcon } from '../timeline/icons.tsx';
import type { Names } from '../timeline/use-names.ts';
import { actorOf, titleOf } from '../timeline/words.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { Payload } from './payload.tsx';
import { useEntry } from './use-entry.ts';

interface DetailPanelProps {
  client: ActivityLogClient;
  entryId: string;
  /** The entry, where the list has it; otherwise the service is asked. */
  known: Activity | undefined;
  names: Names;
  onClose(): void;
  /** Undefined where there is none. */
  onNewer: (() => void) | undefined;
  onOlder: (() => void) | undefined;
}

/** One entry in detail, beside the list; in its place where there is no room for both. */
export function DetailPanel({ client, entryId, known, names, onClose, onNewer, onOlder }: DetailPanelProps) {
  const found = useEntry(client, entryId, known);
  const say = useSay();
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
      <section className="al-fields" tabIndex={0} aria-label={say('detail.fields')} key={entryId}>
        {found.kind === 'found' && <Fields entry={found.entry} names={names} />}
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
  keys: string;
  onClick: (() => void) | undefined;
  children: ReactNode;
}

const Tool = ({ label, keys, onClick, children }: ToolProps) => (
  <button
    type="button"
    className="al-tool"
    aria-label={label}
    title={`${label} (${keys === 'Escape' ? 'Esc' : keys})`}
    aria-keyshortcuts={keys}
    disabled={onClick === undefined}
    onClick={onClick}
  >
    {children}
  </button>
);

function Fields({ entry, names }: { entry: Activity; names: Names }) {
  const { severity, brandId, actorUserId, payload } = entry;
  const say = useSay();
  const { wholeTime } = useMoments();
  const brand = brandId === null ? undefined : names.brand(brandId);
  return (
    <>
      <p className="al-subject" data-severity={severity}>
        <span className="al-severity">
          <SeverityIcon severity={severity} />
          {say(`severity.${severity}`)}
        </span>
        <strong>{titleOf(entry)}</strong>
      </p>
      <dl className="al-facts-list">
        <Fact name={say('detail.when')}>
          <time dateTime={entry.createdAt}>{wholeTime(entry.createdAt)}</time>
          <code>{entry.createdAt}</code>
        </Fact>
        <Fact name={say('detail.event')}>
          <code>{entry.eventKey}</code>
        </Fact>
        <Fact name={say('detail.actor')}>
          <span className="al-actor">
            <ActorIcon type={entry.actorType} />
            {actorOf(entry, say)}
          </span>
          <span>{say(`actor.${entry.actorType}`)}</span>
          {actorUserId !== null && actorUserId !== actorOf(entry, say) && <code>{actorUserId}</code>}
        </Fact>
        <Fact name={say('detail.entity')}>
          <span>{say(`entity.${entry.entityType}`)}</span>
          <code>{entry.entityId}</code>
        </Fact>
        {brandId !== null && (
          <Fact name={say('detail.brand')}>
            <span>{brand}</span>
            {brand !== brandId && <code>{brandId}</code>}
          </Fact>
        )}
        <Fact name={say('detail.workspace')}>
          <span>{names.workspace}</span>
          {names.workspace !== entry.workspaceId && <code>{entry.workspaceId}</code>}
        </Fact>
        {entry.context !== null && (
          <Fact name={say('detail.context')}>
            <span>{entry.context}</span>
          </Fact>
        )}
        <Fact name={say('detail.visibility')}>
          <span>{say(`detail.audience.${entry.visibility}`)}</span>
        </Fact>
        <Fact name={say('detail.id')}>
          <code>{entry.databaseId}</code>
        </Fact>
      </dl>
      {payload !== null && <Payload value={payload} />}
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
