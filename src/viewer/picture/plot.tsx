import { scaleLinear } from 'd3-scale';
import { useMemo, useRef } from 'react';
import { useIntl } from 'react-intl';
import { useDirection, useSay } from '../words/localised.tsx';
import { ticksOf } from './axis.ts';
import { barAt, totalOf } from './bars.ts';
import type { Clock } from './clock.ts';
import type { Figures } from './figures.ts';
import type { BarMoments } from './moments-of-bars.ts';
import { stack } from './stack.ts';
import type { useBrush } from './use-brush.ts';
import { useWidth } from './use-width.ts';

/** Pixels. */
const [height, headroom, wordWidth] = [84, 8, 72] as const;

interface PlotProps {
  figures: Figures;
  brush: ReturnType<typeof useBrush>;
  clock: Clock;
  moments: BarMoments;
  /** A moment, in milliseconds, that the list begins at. */
  at: number | undefined;
  /** What is pointed at, in words. */
  reading: string;
  /** The ids of what describes it. */
  describedBy: string;
}

/** The bars, stacked by severity, over their axis: they can be walked along, and a range of them be drawn. */
export function Plot({ figures, brush, clock, moments, at, reading, describedBy }: PlotProps) {
  const { bars } = figures;
  const say = useSay();
  const { formatNumber } = useIntl();
  const isMirrored = useDirection() === 'rtl';
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const each = width / Math.max(bars.length, 1);
  const gap = each > 5 ? 1.5 : each > 2.5 ? 0.75 : 0;
  const most = Math.max(...bars.map(({ counts }) => totalOf(counts)), 1);
  const scale = scaleLinear([0, most], [0, height - headroom]);
  const lines = scale.ticks(3).filter((count) => count > 0 && Number.isInteger(count));
  const ticks = useMemo(() => ticksOf(bars, clock, width / wordWidth), [bars, clock, width]);
  /** Where so many bars from the beginning reach to. */
  const x = (count: number, wide = 0) => (isMirrored ? width - count * each - wide : count * each);
  const { selected, isRange, cursor } = brush;
  const marked = at === undefined ? -1 : barAt(bars, at - 1);

  return (
    <div
      className="al-plot"
      ref={frame}
      role="slider"
      tabIndex={0}
      aria-label={say('picture.plot')}
      aria-orientation="horizontal"
      aria-valuemin={1}
      aria-valuemax={Math.max(bars.length, 1)}
      aria-valuenow={cursor === -1 ? Math.max(bars.length, 1) : cursor + 1}
      aria-valuetext={reading}
      aria-describedby={describedBy}
      {...brush.handlers}
    >
      <svg width={width} height={height + 20} aria-hidden="true">
        {lines.map((count) => (
          <line
            key={count}
            className="al-grid"
            x1={0}
            x2={width}
            y1={height - scale(count)}
            y2={height - scale(count)}
          />
        ))}
        {selected && (
          <rect
            className="al-selected"
            data-range={isRange || undefined}
            x={x(selected.first, (selected.last - selected.first + 1) * each)}
            width={(selected.last - selected.first + 1) * each}
            height={height}
          />
        )}
        {bars.map(({ start, counts }, index) => (
          <g
            key={start}
            className="al-column-of-bar"
            data-start={new Date(start).toISOString()}
            data-count={totalOf(counts)}
            data-aside={(isRange && selected && (index < selected.first || index > selected.last)) || undefined}
          >
            {stack(counts, scale).map((layer) => (
              <rect
                key={layer.severity}
                className="al-layer"
                data-severity={layer.severity}
                x={x(index, each) + gap / 2}
                width={Math.max(each - gap, 0.5)}
                y={height - layer.bottom - layer.height}
                height={layer.height}
              />
            ))}
          </g>
        ))}
        <line className="al-base" x1={0} x2={width} y1={height} y2={height} />
        {marked !== -1 && <line className="al-here" x1={x(marked + 1)} x2={x(marked + 1)} y1={0} y2={height} />}
        {lines.map((count) => (
          <text
            key={count}
            className="al-plot-count"
            x={isMirrored ? -7 : width + 7}
            y={height - scale(count) + 4}
            textAnchor={isMirrored ? 'end' : 'start'}
            direction="ltr"
          >
            {formatNumber(count, { notation: 'compact' })}
          </text>
        ))}
        {ticks.map(({ index, kind }) => {
          const middle = x(index);
          if (middle < 26 || middle > width - 26) return null;
          return (
            <g key={index} className="al-tick" data-kind={kind}>
              <line x1={middle} x2={middle} y1={height} y2={height + 4} />
              <text x={middle} y={height + 17} textAnchor="middle">
                {moments.tick(bars[index]?.start ?? 0, kind)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
