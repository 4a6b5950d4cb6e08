import { type ReactNode, useId, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useIntl } from 'react-intl';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useDirection, useSay } from '../words/localised.tsx';
import { none, plus, totalOf } from './bars.ts';
import { BarsTable } from './bars-table.tsx';
import { clockOf } from './clock.ts';
import { Facets } from './facets.tsx';
import { type Figures, sayable } from './figures.ts';
import { spanOf, useBarMoments } from './moments-of-bars.ts';
import { PictureTools } from './picture-tools.tsx';
import { Plot } from './plot.tsx';
import { withRange } from './range-query.ts';
import { Readout } from './readout.tsx';
import { show, useShown } from './shown.ts';
import { useBrush } from './use-brush.ts';
import { useFigures } from './use-figures.ts';
import { useWidth } from './use-width.ts';

/** Pixels below which there is no room for facets beside the list: they come over it when they are asked for. */
const roomForFacets = 760;

/** The picture of the trail: how much happened when, and what of it there is how much of. @param facetsSlot where the latter stands */
export function Picture({ facetsSlot }: { facetsSlot: HTMLElement | null }) {
  const say = useSay();
  const timeZone = useIntl().timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { figures, isOutdated, failure, again } = useFigures(timeZone);
  const { picture, facets } = useShown();
  const [isTable, setIsTable] = useState(false);
  const [isSheet, setIsSheet] = useState(false);
  const frame = useRef<HTMLElement>(null);
  const isNarrow = useWidth(frame) < roomForFacets;
  const areFacets = isNarrow ? isSheet : facets;
  const onFacets = () => (isNarrow ? setIsSheet(!isSheet) : show({ facets: !facets }));
  return (
    <section
      ref={frame}
      className="al-picture"
      aria-label={say('picture.label')}
      data-folded={!picture || undefined}
      data-table={(picture && isTable) || undefined}
      data-outdated={isOutdated || undefined}
      aria-busy={figures === undefined || isOutdated}
    >
      {figures && (
        <Content figures={figures} timeZone={timeZone} isTable={isTable} isFolded={!picture}>
          <PictureTools
            figures={figures}
            timeZone={timeZone}
            {...{ isTable, areFacets, onFacets }}
            onTable={setIsTable}
          />
        </Content>
      )}
      {/* What is wrong with the query is told where it is typed. */}
      {failure && !failure.field?.startsWith('filter') && (
        <p className="al-picture-failure" role="status">
          {say('picture.failed')}{' '}
          <button type="button" className="al-button" onClick={again}>
            {say('tryAgain')}
          </button>
        </p>
      )}
      {figures &&
        areFacets &&
        facetsSlot &&
        createPortal(<Facets figures={figures} onClose={isNarrow ? () => setIsSheet(false) : undefined} />, facetsSlot)}
    </section>
  );
}

interface ContentProps {
  figures: Figures;
  timeZone: string;
  isTable: boolean;
  isFolded: boolean;
  /** The tools. */
  children: ReactNode;
}

function Content({ figures, timeZone, isTable, isFolded, children }: ContentProps) {
  const { bars, step, isOpen } = figures;
  const say = useSay();
  const { place, go } = useTimeline();
  const direction = useDirection();
  const moments = useBarMoments(timeZone);
  const clock = useMemo(() => clockOf(timeZone), [timeZone]);
  const help = useId();
  // What is behind the last bar is now: there the list is live.
  const toBar = (index: number) => {
    const isNow = isOpen && index === bars.length - 1;
    const end = bars[index]?.end;
    if (end !== undefined) go({ at: isNow ? undefined : new Date(end).toISOString() }, 'push');
  };
  const toRange = (first: number, last: number) => {
    const span = spanOf(bars, first, last);
    if (span) go({ query: withRange(place.query, span, timeZone), at: undefined }, 'push');
  };
  const brush = useBrush({ bars, direction, onBar: toBar, onRange: toRange });
  const { first, last } = brush.selected ?? { first: 0, last: bars.length - 1 };
  const counts = bars.slice(first, last + 1).reduce((sum, bar) => plus(sum, bar.counts), none);
  const span = spanOf(bars, first, last);
  const spanText = span ? moments.span(span.from, span.to, brush.selected ? step.interval : 'all') : '';
  const entries = say(figures.exact ? 'picture.entries' : 'picture.entries.about', {
    count: sayable(totalOf(counts), figures),
  });
  const bySeverityText = say('picture.bySeverity', {
    errors: sayable(counts.ERROR, figures),
    warnings: sayable(counts.WARNING, figures),
    info: sayable(counts.INFO, figures),
  });
  return (
    <>
      <div className="al-picture-head">
        <Readout figures={figures} counts={counts} span={spanText} />
        {children}
      </div>
      {!isFolded && isTable && <BarsTable figures={figures} moments={moments} onBar={toBar} />}
      {!isFolded && !isTable && (
        <>
          <p className="al-hidden" id={help}>
            {say('picture.help')}
          </p>
          <Plot
            {...{ figures, brush, clock, moments }}
            at={place.at === undefined ? undefined : Date.parse(place.at)}
            reading={`${spanText}: ${entries}. ${bySeverityText}`}
            describedBy={help}
          />
        </>
      )}
    </>
  );
}
