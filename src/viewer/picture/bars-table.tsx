import { useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';
import { severities, totalOf } from './bars.ts';
import { type Figures, sayable } from './figures.ts';
import type { BarMoments } from './moments-of-bars.ts';

interface BarsTableProps {
  figures: Figures;
  moments: BarMoments;
  /** Called with the bar whose entries are wanted. */
  onBar(index: number): void;
}

/** The bars that have something as lines of a table, the newest first as in the list. */
export function BarsTable({ figures, moments, onBar }: BarsTableProps) {
  const { bars, step } = figures;
  const say = useSay();
  const { formatNumber } = useIntl();
  const lines = bars.map((bar, index) => ({ ...bar, index })).filter(({ counts }) => totalOf(counts) > 0);
  return (
    <section className="al-bars-table" tabIndex={0} aria-label={say('picture.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('picture.table.time')}</th>
            {severities.map((severity) => (
              <th key={severity} scope="col">
                {say(`severity.${severity}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.reverse().map(({ start, end, counts, index }) => (
            <tr key={start}>
              <th scope="row">
                <button type="button" onClick={() => onBar(index)}>
                  {moments.span(start, end, step.interval)}
                </button>
              </th>
              {severities.map((severity) => (
                <td key={severity} data-severity={counts[severity] > 0 ? severity : undefined}>
                  {formatNumber(sayable(counts[severity], figures))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
