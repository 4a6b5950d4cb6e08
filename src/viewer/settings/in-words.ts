import type { IntlShape } from 'react-intl';
import type { Names } from '../timeline/use-names.ts';
import type { Say } from '../words/localised.tsx';
import type { NewHold, NewPolicy } from './use-retention.ts';

interface Reader {
  say: Say;
  intl: Pick<IntlShape, 'formatList'>;
}

/** How long a policy keeps: `for 30 days`, or `for good`. */
export const durationOf = ({ days }: Pick<NewPolicy, 'days'>, say: Say): string =>
  days == null ? say('settings.days.forGood') : say('settings.days.count', { count: days });

/** Which entries a policy is for. */
export function entriesOf({ visibilities, severities, eventKeys }: NewPolicy, { say, intl }: Reader): string {
  const any = (values: readonly string[]) => intl.formatList(values, { type: 'disjunction' });
  const parts = [
    visibilities && visibilities.length > 0 && any(visibilities.map((one) => say(`settings.visibility.${one}`))),
    severities && severities.length > 0 && any(severities.map((one) => say(`severity.${one}`))),
    eventKeys && eventKeys.length > 0 && any(eventKeys),
  ].filter((part): part is string => typeof part === 'string');
  return parts.length === 0 ? say('settings.policy.all') : parts.join(' · ');
}

/** Which entries a hold is on. */
export function heldBy(hold: Omit<NewHold, 'reason'>, { say, names }: { say: Say; names: Names }): string {
  const { brandId, entityType, entityId, actorUserId, actorLabel } = hold;
  const parts = [
    brandId != null && names.brand(brandId),
    entityType != null && `${say(`entity.${entityType}`)} ${entityId ?? ''}`,
    actorUserId,
    actorLabel,
  ].filter((part): part is string => typeof part === 'string');
  return parts.length === 0 ? say('settings.hold.all') : parts.join(' · ');
}
