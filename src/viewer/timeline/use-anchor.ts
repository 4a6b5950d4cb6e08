import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Row } from './rows.ts';

interface AnchorOptions {
  scroller: RefObject<HTMLElement | null>;
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** What the virtualizer's lines stand for, by the same indexes and with the same keys. */
  rows: readonly Row[];
  /** True where the first line in sight stays where it is while lines are put in or let go above it. */
  isHeld: boolean;
  /** Another number makes it begin anew, at `beginAt`. */
  beginnings: number;
  /** Pixels from the top. More than there are: the end. */
  beginAt: number;
  /** Pixels at the top of the list that are covered. */
  covered: number;
}

const isRead = (row: Row | undefined) => row?.kind === 'entry' || row?.kind === 'run';

/**
 * Keeps what is read in its place. The virtualizer's own anchor is whatever is topmost, which may be a heading that new lines
 * come below of; this one is the first entry in sight. To be called before the virtualizer is asked for its lines.
 * @returns what is to be told which lines are shown then
 */
export function useAnchor(options: AnchorOptions): (lines: readonly VirtualItem[]) => void {
  const { scroller, virtualizer, rows, isHeld, beginnings, beginAt, covered } = options;
  const last = useRef<{ rows: readonly Row[]; lines: readonly VirtualItem[]; beginnings: number }>(undefined);
  const hasMoved = useRef(false);

  const moveTo = (offset: number) => {
    // As the virtualizer does it with an anchor of its own: first the lines of the new place, then the place.
    const most = virtualizer.getTotalSize() - (scroller.current?.clientHeight ?? 0);
    virtualizer.scrollOffset = Math.max(0, Math.min(offset, most));
    hasMoved.current = true;
  };
  const before = last.current;
  const hasBegun = before === undefined ? beginAt > 0 : before.beginnings !== beginnings;
  if (hasBegun) moveTo(beginAt);
  else if (before !== undefined && before.rows !== rows && isHeld) {
    const offset = virtualizer.scrollOffset ?? 0;
    const places = new Map(rows.map(({ key }, index) => [key, index]));
    const anchor = before.lines.find(
      ({ index, key, end }) => end > offset + covered && isRead(before.rows[index]) && places.has(String(key)),
    );
    if (anchor !== undefined) {
      // Lays out the lines anew.
      virtualizer.getTotalSize();
      const start = virtualizer.measurementsCache[places.get(String(anchor.key)) ?? 0]?.start ?? anchor.start;
      if (start !== anchor.start) moveTo(offset + start - anchor.start);
    }
  }
  useLayoutEffect(() => {
    if (!hasMoved.current) return;
    hasMoved.current = false;
    scroller.current?.scrollTo({ top: virtualizer.scrollOffset ?? 0, behavior: 'instant' });
  });
  return (lines) => {
    last.current = { rows, lines, beginnings };
  };
}
