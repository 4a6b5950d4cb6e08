import type { ReactNode } from 'react';
import type { Activity } from '../../client/client.ts';
import { ActorIcon, SeverityIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { actorOf, titleOf } from '../timeline/words.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { CopyButton } from './copy-button.tsx';
import { FilterLink } from './filter-link.tsx';
import { VisibleText } from './visible-text.tsx';

/** What there is to know of an entry but its payload, each with the way to what has it in common. */
export function EntryFields({ entry }: { entry: Activity }) {
  const { severity, brandId, eventKey, context } = entry;
  const { names, role } = useTimeline();
  const say = useSay();
  const { wholeTime } = useMoments();
  const brand = brandId === null ? '' : names.brand(brandId);
  // Clients know one workspace, and what they see is what they may see.
  const isClient = role === 'CLIENT';
  return (
    <>
      <p className="al-subject" data-severity={severity}>
        <span className="al-severity">
          <SeverityIcon severity={severity} />
          {say(`severity.${severity}`)}
        </span>
        <strong>
          <VisibleText text={titleOf(entry)} />
        </strong>
      </p>
      <dl className="al-facts-list">
        <Fact name={say('detail.when')}>
          <time dateTime={entry.createdAt}>{wholeTime(entry.createdAt)}</time>
          <Id value={entry.createdAt} label={say('detail.copy.when')} />
        </Fact>
        <Fact name={say('detail.event')}>
          <FilterLink qualifier="event" value={eventKey} title={say('detail.filter.event')}>
            <code>{eventKey}</code>
          </FilterLink>
        </Fact>
        <Fact name={say('detail.actor')}>
          <Actor entry={entry} />
        </Fact>
        <Fact name={say('detail.entity')}>
          <span>{say(`entity.${entry.entityType}`)}</span>
          <Id value={entry.entityId} label={say('detail.copy.entity')}>
            <FilterLink
              qualifier="entity"
              value={`${entry.entityType}/${entry.entityId}`}
              title={say('detail.filter.entity')}
            >
              <VisibleText text={entry.entityId} />
            </FilterLink>
          </Id>
        </Fact>
        {brandId !== null && (
          <Fact name={say('detail.brand')}>
            <FilterLink qualifier="brand" value={brandId} title={say('detail.filter.brand')}>
              <VisibleText text={brand} />
            </FilterLink>
            {brand !== brandId && <Id value={brandId} label={say('detail.copy.brand')} />}
          </Fact>
        )}
        {!isClient && (
          <Fact name={say('detail.workspace')}>
            <VisibleText text={names.workspace} />
            {names.workspace !== entry.workspaceId && (
              <Id value={entry.workspaceId} label={say('detail.copy.workspace')} />
            )}
          </Fact>
        )}
        {context !== null && (
          <Fact name={say('detail.context')}>
            <FilterLink qualifier="context" value={context} title={say('detail.filter.context')}>
              <VisibleText text={context} />
            </FilterLink>
          </Fact>
        )}
        {!isClient && (
          <Fact name={say('detail.visibility')}>
            <span>{say(`detail.audience.${entry.visibility}`)}</span>
          </Fact>
        )}
        <Fact name={say('detail.id')}>
          <Id value={entry.databaseId} label={say('detail.copy.id')} />
        </Fact>
      </dl>
    </>
  );
}

/** By the id of the user where there is one: two may have the same name. */
function Actor({ entry }: { entry: Activity }) {
  const { actorType, actorUserId, actorLabel } = entry;
  const say = useSay();
  const actor = actorOf(entry, say);
  const name = (
    <span className="al-actor">
      <ActorIcon type={actorType} />
      <VisibleText text={actor} />
    </span>
  );
  return (
    <>
      {actorUserId === null && actorLabel === null ? (
        name
      ) : (
        <FilterLink
          qualifier={actorUserId === null ? 'actor' : 'user'}
          value={actorUserId ?? actorLabel ?? ''}
          title={say('detail.filter.actor')}
        >
          {name}
        </FilterLink>
      )}
      {actor !== say(`actor.${actorType}`) && <span className="al-muted">{say(`actor.${actorType}`)}</span>}
      {actorUserId !== null && actorUserId !== actor && <Id value={actorUserId} label={say('detail.copy.actor')} />}
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** An id with the button that copies it. */
const Id = ({ value, label, children }: { value: string; label: string; children?: ReactNode }) => (
  <span className="al-id">
    <code>{children ?? <VisibleText text={value} />}</code>
    <CopyButton label={label} text={() => value} />
  </span>
);
