import { type ReactNode, useEffect, useRef } from 'react';
import type { Activity, ActivityLogClient } from '../../client/client.ts';
import { ActorIcon, CloseIcon, NewerIcon, OlderIcon, SeverityIcon } from './icons.tsx';
import { wholeTime } from './moment.ts';
import { Payload } from './payload.tsx';
import { useEntry } from './use-entry.ts';
import type { Names } from './use-names.ts';
import { actorOf, inWords, titleOf } from './words.ts';

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
  const heading = useRef<HTMLHeadingElement>(null);
  // Once, when it opens: whoever moves on to another entry keeps the focus where it is.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  return (
    <aside className="al-detail" aria-label="Entry">
      <header className="al-bar">
        <h2 className="al-heading" ref={heading} tabIndex={-1}>
          Entry
        </h2>
        <div className="al-tools">
          <Tool label="Newer entry" keys="k" onClick={onNewer}>
            <NewerIcon />
          </Tool>
          <Tool label="Older entry" keys="j" onClick={onOlder}>
            <OlderIcon />
          </Tool>
          <Tool label="Close" keys="Escape" onClick={onClose}>
            <CloseIcon />
          </Tool>
        </div>
      </header>
      {/* For those who move from entry to entry and do not see it change. */}
      <p className="al-hidden" role="status">
        {found.kind === 'found' && titleOf(found.entry)}
      </p>
      <section className="al-fields" tabIndex={0} aria-label="Details" key={entryId}>
        {found.kind === 'found' && <Fields entry={found.entry} names={names} />}
        {found.kind === 'loading' && <p>Loading the entry…</p>}
        {found.kind === 'absent' && <p>There is no such entry, or it is not one that you may see.</p>}
        {found.kind === 'failed' && <p role="alert">{found.reason}</p>}
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
  const brand = brandId === null ? undefined : names.brand(brandId);
  return (
    <>
      <p className="al-subject" data-severity={severity}>
        <span className="al-severity">
          <SeverityIcon severity={severity} />
          {inWords(severity)}
        </span>
        <strong>{titleOf(entry)}</strong>
      </p>
      <dl className="al-facts-list">
        <Fact name="When">
          <time dateTime={entry.createdAt}>{wholeTime(entry.createdAt)}</time>
          <code>{entry.createdAt}</code>
        </Fact>
        <Fact name="Event">
          <code>{entry.eventKey}</code>
        </Fact>
        <Fact name="Actor">
          <span className="al-actor">
            <ActorIcon type={entry.actorType} />
            {actorOf(entry)}
          </span>
          <span>{inWords(entry.actorType)}</span>
          {actorUserId !== null && actorUserId !== actorOf(entry) && <code>{actorUserId}</code>}
        </Fact>
        <Fact name="Entity">
          <span>{inWords(entry.entityType)}</span>
          <code>{entry.entityId}</code>
        </Fact>
        {brandId !== null && (
          <Fact name="Brand">
            <span>{brand}</span>
            {brand !== brandId && <code>{brandId}</code>}
          </Fact>
        )}
        <Fact name="Workspace">
          <span>{names.workspace}</span>
          {names.workspace !== entry.workspaceId && <code>{entry.workspaceId}</code>}
        </Fact>
        {entry.context !== null && (
          <Fact name="Context">
            <span>{entry.context}</span>
          </Fact>
        )}
        <Fact name="Visible to">
          <span>{audience[entry.visibility]}</span>
        </Fact>
        <Fact name="Id">
          <code>{entry.databaseId}</code>
        </Fact>
      </dl>
      {payload !== null && <Payload value={payload} />}
    </>
  );
}

const audience: Record<Activity['visibility'], string> = {
  CLIENT: 'Clients of the brand, admins and operators',
  INTERNAL: 'Admins and operators',
  SYSTEM: 'Operators only',
};

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
