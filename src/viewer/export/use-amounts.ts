import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';

/** Amounts of an export in somebody's words. */
export interface Amounts {
  entries(count: number): string;
  /** `4.1 MB`; of a million bytes. */
  size(bytes: number): string;
  /** Entries a second. */
  rate(perSecond: number): string;
  /** @param share from 0 to 1; rounded down, as only the end is the end */
  percent(share: number): string;
}

const units = [
  [1e9, 'gigabyte'],
  [1e6, 'megabyte'],
  [1e3, 'kilobyte'],
] as const;

/** Amounts of an export in the words of whoever reads. */
export function useAmounts(): Amounts {
  const { formatNumber } = useIntl();
  const say = useSay();
  return useMemo(
    () => ({
      entries: (count) => say('find.entries', { count }),
      size(bytes) {
        const [length, unit] = units.find(([least]) => bytes >= least) ?? [1, 'byte'];
        return formatNumber(bytes / length, { style: 'unit', unit, maximumFractionDigits: bytes < 1e3 ? 0 : 1 });
      },
      rate: (perSecond) => say('export.rate', { rate: Math.round(perSecond) }),
      percent: (share) => formatNumber(Math.floor(share * 100) / 100, { style: 'percent' }),
    }),
    [formatNumber, say],
  );
}
