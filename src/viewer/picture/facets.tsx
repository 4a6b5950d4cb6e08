import { useState } from 'react';
import { useIntl } from 'react-intl';
import { addTerm, hasTerm, removeTerm } from '../find/query.ts';
import { ActorIcon, SeverityIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { type Facet, type FacetGroup, facetGroups } from './facet-groups.ts';
import type { Figures } from './figures.ts';

/** Values of a group that are there without being asked for. */
const first = 6;

interface FacetsProps {
  figures: Figures;
  /** Of those that stand over the list: leads back to it. */
  onClose: (() => void) | undefined;
}

/** What there is how much of: a click filters by it, another one no more. */
export function Facets({ figures, onClose }: FacetsProps) {
  const say = useSay();
  const { role, names, place } = useTimeline();
  return (
    <section className="al-facets" aria-label={say('picture.facets')} tabIndex={0}>
      {facetGroups(figures, { role, names, say, query: place.query }).map((group) => (
        <Group key={group.name} group={group} />
      ))}
      {onClose && (
        <button type="button" className="al-button" data-kind="primary" onClick={onClose}>
          {say('picture.facets.close', { count: figures.total })}
        </button>
      )}
    </section>
  );
}

function Group({ group: { name, exact, facets } }: { group: FacetGroup }) {
  const say = useSay();
  const { place, go } = useTimeline();
  const [isWhole, setIsWhole] = useState(false);
  const isOn = ({ qualifier, value }: Facet) => hasTerm(place.query, qualifier, value);
  const shown = isWhole ? facets : facets.filter((facet, n) => n < first || isOn(facet));
  const most = Math.max(...facets.map(({ count }) => count));
  const toggle = (facet: Facet) => {
    const change = isOn(facet) ? removeTerm : addTerm;
    go({ query: change(place.query, facet.qualifier, facet.value) }, 'push');
  };
  return (
    <fieldset className="al-facet-group">
      <legend>{say(`picture.facet.${name}`)}</legend>
      {shown.map((facet) => (
        <FacetButton
          key={`${facet.qualifier}:${facet.value}`}
          {...{ facet, exact }}
          isOn={isOn(facet)}
          share={facet.count / most}
          onToggle={() => toggle(facet)}
        />
      ))}
      {facets.length > first && (
        <button type="button" className="al-facet-more" onClick={() => setIsWhole(!isWhole)} aria-expanded={isWhole}>
          {isWhole ? say('picture.fewer') : say('picture.more', { count: facets.length - first })}
        </button>
      )}
    </fieldset>
  );
}

interface FacetButtonProps {
  facet: Facet;
  exact: boolean;
  isOn: boolean;
  /** Of the most that a value of the group has, from 0 to 1. */
  share: number;
  onToggle(): void;
}

function FacetButton({ facet, exact, isOn, share, onToggle }: FacetButtonProps) {
  const { label, isCode, count, severity, actorType } = facet;
  const say = useSay();
  const { formatNumber } = useIntl();
  return (
    <button type="button" className="al-facet" aria-pressed={isOn} data-severity={severity} onClick={onToggle}>
      {severity && <SeverityIcon severity={severity} />}
      {actorType && <ActorIcon type={actorType} />}
      <span className="al-facet-label" data-code={isCode || undefined}>
        <bdi>{label}</bdi>
      </span>
      <span className="al-facet-count">
        {exact ? formatNumber(count) : say('picture.about', { count: formatNumber(count, { notation: 'compact' }) })}
      </span>
      <span className="al-facet-share" aria-hidden="true">
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
    </button>
  );
}
