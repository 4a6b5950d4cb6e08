import { Progress } from '@base-ui/react/progress';
import { useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';
import type { ExportJobState } from './export-job.ts';
import { useAmounts } from './use-amounts.ts';

interface ExportProgressBarProps {
  state: ExportJobState;
  /** How many entries there are, as far as that is known; what is logged or deleted meanwhile makes it a little wrong. */
  total: number | undefined;
}

/** How far an export is: a bar, of a known length where it is known, and the same in numbers. */
export function ExportProgressBar({ state, total }: ExportProgressBarProps) {
  const say = useSay();
  const { locale } = useIntl();
  const { entries, size, rate, percent } = useAmounts();
  const { progress, rate: perSecond, phase } = state;
  const isWhole = phase === 'checking';
  const share = total === undefined ? undefined : Math.min(progress.count / Math.max(total, 1), 0.99);
  const value = isWhole ? 100 : share === undefined ? null : Math.floor(share * 100);
  const soFar = [entries(progress.count), size(progress.bytes)];
  if (perSecond !== undefined && !isWhole && !progress.isCut) soFar.push(rate(perSecond));
  return (
    <div className="al-export-progress">
      <Progress.Root
        value={value}
        locale={locale}
        aria-label={say('export.progress')}
        getAriaValueText={(_, now) => (now === null ? entries(progress.count) : percent(now / 100))}
      >
        <Progress.Track className="al-export-track">
          <Progress.Indicator className="al-export-indicator" />
        </Progress.Track>
      </Progress.Root>
      <p className="al-export-numbers">
        <span>{soFar.join(' · ')}</span>
        {share !== undefined && !isWhole && <span>{percent(share)}</span>}
      </p>
    </div>
  );
}
