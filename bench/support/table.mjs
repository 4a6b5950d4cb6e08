// How results are shown: tables of Markdown, to be copied into docs/benchmarks.md.

export const say = (line = '') => process.stdout.write(`${line}\n`);

/** 12,345 · 12.3 · 0.123: three figures that mean something, or all of a large number's. */
export function shown(value) {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return Math.round(value).toLocaleString('en');
  if (magnitude >= 10) return value.toFixed(1);
  return magnitude >= 1 ? value.toFixed(2) : value.toFixed(3);
}

/**
 * One line of a table. The ratio is ours to the peer's, or what is given; `atLeast` or `atMost` is its threshold, and
 * without one the line is for information.
 */
export function compared(figure, ours, peer, { ratio = ours / peer, atLeast, atMost } = {}) {
  const threshold = atLeast === undefined ? atMost : atLeast;
  const met = atLeast === undefined ? ratio <= atMost : ratio >= atLeast;
  return [
    figure,
    shown(ours),
    shown(peer),
    Number.isNaN(ratio) ? '–' : ratio.toFixed(2),
    threshold === undefined ? '–' : `${atLeast === undefined ? '≤' : '≥'} ${threshold}`,
    threshold === undefined ? '–' : met ? 'yes' : 'NO',
  ];
}

/** A table of any columns. */
export function grid(title, head, lines) {
  say(`\n### ${title}\n`);
  say(`| ${head.join(' | ')} |`);
  say(`|${head.map(() => '---').join('|')}|`);
  for (const line of lines) say(`| ${line.join(' | ')} |`);
  say();
}

/** A table of lines as `compared` makes them. */
export function table(title, lines, peer = 'peer') {
  grid(title, ['', 'ours', peer, 'ratio', 'threshold', 'met'], lines);
}
