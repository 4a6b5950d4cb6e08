import { useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';
import { type BySeverity, severities, totalOf } from './bars.ts';
import { type Figures, sayable } from './figures.ts';

interface ReadoutProps {
  figures: Figures;
  counts: BySeverity;
  /** Which time, in words. */
  span: string;
}

/** How much there was at what is pointed at, else in all: in sum, and by severity. */
export function Readout({ figures, counts, span }: ReadoutProps) {
  const say = useSay();
  const { formatNumber } = useIntl();
  const { exact, counted } = figures;
  return (
    <div className="al-readout">
      <p>
        <strong>
          {say(exact ? 'picture.entries' : 'picture.entries.about', { count: sayable(totalOf(counts), figures) })}
        </strong>{' '}
        <span>{span}</span>
      </p>
      <p className="al-legend">
        {severities.map((severity) => (
          <span key={severity} data-severity={severity} data-none={counts[severity] === 0 || undefined}>
            <i aria-hidden="true" />
            {say(`severity.${severity}`)} <b>{formatNumber(sayable(counts[severity], figures))}</b>
          </span>
        ))}
        {!exact && <em title={say('picture.estimated.why', { count: counted })}>{say('picture.estimated')}</em>}
      </p>
    </div>
  );
}
