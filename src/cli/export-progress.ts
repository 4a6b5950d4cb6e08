const width = 24;

/**
 * `[=====>      ] 23 %, 12,000 entries, 4.1 MB, 3,400/s`, without the bar where nobody knows how many there are.
 * @param total about how many entries there are
 */
export function describeExport(
  { count, bytes }: { count: number; bytes: number },
  milliseconds: number,
  total: number | undefined,
): string {
  const rate = milliseconds === 0 ? 0 : Math.round((count * 1000) / milliseconds);
  const parts = [
    `${count.toLocaleString('en')} entries`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${rate.toLocaleString('en')}/s`,
  ];
  if (total === undefined || total <= 0) return parts.join(', ');
  // It is an estimate: only the end is the end.
  const fraction = Math.min(count / total, 0.99);
  const done = Math.floor(fraction * width);
  return `[${'='.repeat(done)}>${' '.repeat(width - done - 1)}] ${Math.floor(fraction * 100)} %, ${parts.join(', ')}`;
}
