import type { Activity } from '../../client/client.ts';
import { FilterChip } from '../find/filter-chip.tsx';
import { useSay } from '../words/localised.tsx';
import { ActorIcon } from './icons.tsx';
import { useTimeline } from './timeline-context.ts';
import type { Names } from './use-names.ts';
import { actorOf } from './words.ts';

interface EntryFactsProps {
  entry: Activity;
  names: Names;
  /** True where the Tab key stops at them. */
  isReachable: boolean;
  /** True where it stands for a run of entries alike, which may be about different entities. */
  isOfMany?: boolean;
}

/** Who did it to what, for which brand, and the event: each shows only entries like it when it is clicked. */
export function EntryFacts({ entry, names, isReachable, isOfMany = false }: EntryFactsProps) {
  const say = useSay();
  const isClient = useTimeline().role === 'CLIENT';
  const { brandId, entityType, entityId, eventKey } = entry;
  return (
    <p className="al-facts" data-friendly={isClient || undefined}>
      <ActorChip entry={entry} isReachable={isReachable} />
      {isClient || isOfMany ? (
        <FilterChip kind="entity" qualifier="type" value={entityType.toLowerCase()} isReachable={isReachable}>
          {say(`entity.${entityType}`)}
        </FilterChip>
      ) : (
        <FilterChip
          kind="entity"
          qualifier="entity"
          value={`${entityType.toLowerCase()}/${entityId}`}
          isReachable={isReachable}
        >
          <b>{say(`entity.${entityType}`)}</b> <bdi>{entityId}</bdi>
        </FilterChip>
      )}
      {brandId !== null && (
        <FilterChip kind="brand" qualifier="brand" value={brandId} isReachable={isReachable}>
          <b className="al-hidden">{say('list.brand')}</b> <bdi>{names.brand(brandId)}</bdi>
        </FilterChip>
      )}
      {/* Clients have no use for names out of code: they stand in the details. */}
      {!isClient && (
        <FilterChip kind="event" qualifier="event" value={eventKey} isReachable={isReachable}>
          {eventKey}
        </FilterChip>
      )}
    </p>
  );
}

/** Who or what did it: by name, else by the user's id, else of which kind. */
function ActorChip({ entry, isReachable }: Pick<EntryFactsProps, 'entry' | 'isReachable'>) {
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
