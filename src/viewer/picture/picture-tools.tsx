import type { ReactNode } from 'react';
import { parseQuery } from '../find/query.ts';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import type { Figures } from './figures.ts';
import { BarsIcon, FacetsIcon, TableIcon, WholeIcon, ZoomOutIcon } from './picture-icons.tsx';
import { widened, withRange } from './range-query.ts';
import { show, useShown } from './shown.ts';

interface PictureToolsProps {
  figures: Figures;
  timeZone: string;
  isTable: boolean;
  onTable(isTable: boolean): void;
  areFacets: boolean;
  onFacets(): void;
}

/** What can be done with the picture: look at more of it, or at it in another way. */
export function PictureTools(props: PictureToolsProps) {
  const { figures, timeZone, isTable, onTable, areFacets, onFacets } = props;
  const { bars } = figures;
  const say = useSay();
  const { place, go } = useTimeline();
  const { picture } = useShown();
  const isRange = parseQuery(place.query).terms.some(
    ({ qualifier }) => qualifier === 'after' || qualifier === 'before',
  );
  const [first, last] = [bars[0], bars.at(-1)];
  const look = (range: Parameters<typeof withRange>[1]) =>
    go({ query: withRange(place.query, range, timeZone) }, 'push');
  return (
    <div className="al-tools">
      {isRange && first && last && (
        <Tool
          label={say('picture.zoomOut')}
          onClick={() => look(widened({ from: first.start, to: last.end }, Date.now()))}
        >
          <ZoomOutIcon />
        </Tool>
      )}
      {isRange && (
        <Tool label={say('picture.whole')} onClick={() => look({ from: undefined, to: undefined })}>
          <WholeIcon />
        </Tool>
      )}
      {picture && (
        <Tool label={say('picture.asTable')} isOn={isTable} onClick={() => onTable(!isTable)}>
          <TableIcon />
        </Tool>
      )}
      <Tool label={say('picture.show')} isOn={picture} onClick={() => show({ picture: !picture })}>
        <BarsIcon />
      </Tool>
      <Tool label={say('picture.facets')} isOn={areFacets} onClick={onFacets}>
        <FacetsIcon />
      </Tool>
    </div>
  );
}

interface ToolProps {
  label: string;
  /** Of what is on or off. */
  isOn?: boolean;
  onClick(): void;
  children: ReactNode;
}

const Tool = ({ label, isOn, onClick, children }: ToolProps) => (
  <button type="button" className="al-tool" aria-label={label} title={label} aria-pressed={isOn} onClick={onClick}>
    {children}
  </button>
);
