import { memo } from 'react';
import type { Activity } from '../../client/client.ts';
import { FilterChip } from '../find/filter-chip.tsx';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { ActorIcon, SeverityIcon } from './icons.tsx';
import { useTimeline } from './timeline-context.ts';
import type { Names } from './use-names.ts';
import { actorOf, titleOf } from './words.ts';

interface EntryRowProps {
  entry: Activity;
  names: Names;
  /** How long ago it was, in words: it is drawn again when they are others, not when the clock goes on. */
  ago: string;
  href: string;
  /** True where its details are shown. */
  isShown: boolean;
  /** True where the Tab key stops: at one entry of the list; the arrows go on from there. */
  isReachable: boolean;
  onOpen(entry: Activity): void;
}

/** An entry as a line of the list: what happened, how serious it is, who did it to what, and when. */
export const EntryRow = memo(({ entry, names, ago, href, isShown, isReachable, onOpen }: EntryRowProps) => {
  const say = useSay();
  const isClient = useTimeline().role === 'CLIENT';
  const { clockTime, wholeTime } = useMoments();
  return (
    <article className="al-entry" data-severity={entry.severity} data-shown={isShown || undefined}>
      <span className="al-marker">
        <SeverityIcon severity={entry.severity} />
      </span>
      <div className="al-what">
        <p className="al-title">
          {entry.severity !== 'INFO' && <span className="al-severity">{say(`severity.${entry.severity}`)}</span>}
          <a
            href={href}
            data-entry={entry.id}
            tabIndex={isReachable ? 0 : -1}
            aria-current={isShown || undefined}
            onClick={(event) => {
              // Otherwise it is for a tab or a window of its own.
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
              event.preventDefault();
              onOpen(entry);
            }}
          >
            {titleOf(entry)}
          </a>
        </p>
        <p className="al-facts" data-friendly={isClient || undefined}>
          <ActorChip entry={entry} isReachable={isReachable} />
          {isClient ? (
            <FilterChip kind="entity" qualifier="type" value={entry.entityType.toLowerCase()} isReachable={isReachable}>
              {say(`entity.${entry.entityType}`)}
            </FilterChip>
          ) : (
            <FilterChip
              kind="entity"
              qualifier="entity"
              value={`${entry.entityType.toLowerCase()}/${entry.entityId}`}
              isReachable={isReachable}
            >
              <b>{say(`entity.${entry.entityType}`)}</b> <bdi>{entry.entityId}</bdi>
            </FilterChip>
          )}
          {entry.brandId !== null && (
            <FilterChip kind="brand" qualifier="brand" value={entry.brandId} isReachable={isReachable}>
              <b className="al-hidden">{say('list.brand')}</b> <bdi>{names.brand(entry.brandId)}</bdi>
            </FilterChip>
          )}
          {/* Clients have no use for names out of code: they stand in the details. */}
          {!isClient && (
            <FilterChip kind="event" qualifier="event" value={entry.eventKey} isReachable={isReachable}>
              {entry.eventKey}
            </FilterChip>
          )}
        </p>
      </div>
      <p className="al-when">
        <time dateTime={entry.createdAt} title={wholeTime(entry.createdAt)}>
          {ago}
        </time>
        <span>{clockTime(entry.createdAt)}</span>
      </p>
    </article>
  );
});

/** Who or what did it: by name, else by the user's id, else of which kind. */
function ActorChip({ entry, isReachable }: Pick<EntryRowProps, 'entry' | 'isReachable'>) {
  const say = useSay();
  const { actorLabel, actorUserId, actorType } = entry;
  const [qualifier, value] =
    actorLabel !== null
      ? (['actor', actorLabel] as const)
      : actorUserId !== null
        ? (['user', actorUserId] as const)
        : (['actortype', actorType.toLowerCase()] as const);
  return (
    <FilterChip kind="actor" qualifier={qualifier} value={value} isReachable={isReachable}>
      <ActorIcon type={actorType} />
      <bdi>{actorOf(entry, say)}</bdi>
    </FilterChip>
  );
}
