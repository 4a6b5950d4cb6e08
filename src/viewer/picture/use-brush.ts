import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { type Bar, barAt } from './bars.ts';

/** Pixels that a pointer moves before it draws a range; less is a click. */
const leastDrag = 4;

interface BrushOptions {
  readonly bars: readonly Bar[];
  readonly direction: 'ltr' | 'rtl';
  /** Called with the first and the last bar of a range that was taken. */
  onRange(first: number, last: number): void;
  /** Called with a bar that was chosen. */
  onBar(index: number): void;
}

/** Moments, which stay where they are when the bars are others: where it began, and where it is. */
interface Hand {
  readonly anchor: number | undefined;
  readonly cursor: number;
}

/** What points at bars, one or a range, by mouse, touch or keys, and takes them. */
export function useBrush({ bars, direction, onRange, onBar }: BrushOptions) {
  const [hand, setHand] = useState<Hand>();
  const drag = useRef<{ x: number; isRange: boolean }>(undefined);
  const indexOf = (moment: number | undefined) => (moment === undefined ? -1 : barAt(bars, moment));
  const cursor = indexOf(hand?.cursor);
  const anchor = indexOf(hand?.anchor);
  const startOf = (index: number) => bars[Math.min(Math.max(index, 0), bars.length - 1)]?.start;
  const point = (index: number, from: number | undefined) => {
    const moment = startOf(index);
    setHand(moment === undefined ? undefined : { cursor: moment, anchor: from });
  };
  const take = (isRange: boolean, from: number, to: number) => {
    if (isRange) onRange(Math.min(from, to), Math.max(from, to));
    else onBar(to);
    setHand(undefined);
  };

  const indexAt = ({ currentTarget, clientX }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((clientX - left) / width, 0), 0.999999);
    return Math.floor((direction === 'rtl' ? 1 - share : share) * bars.length);
  };
  const pointer = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0 || bars.length === 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, isRange: false };
      point(indexAt(event), undefined);
    },
    onPointerMove(event: PointerEvent) {
      const { current } = drag;
      if (current === undefined) {
        point(indexAt(event), undefined);
        return;
      }
      current.isRange ||= Math.abs(event.clientX - current.x) >= leastDrag;
      if (current.isRange) point(indexAt(event), hand?.anchor ?? hand?.cursor);
    },
    onPointerUp(event: PointerEvent) {
      const { current } = drag;
      drag.current = undefined;
      if (current === undefined || cursor === -1) return;
      take(current.isRange, anchor === -1 ? cursor : anchor, indexAt(event));
    },
    onPointerCancel() {
      drag.current = undefined;
      setHand(undefined);
    },
    onPointerLeave() {
      if (drag.current === undefined) setHand(undefined);
    },
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || bars.length === 0) return;
    const { key, shiftKey } = event;
    const forward = direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 };
    const ends: Record<string, number> = { Home: 0, End: bars.length - 1 };
    const step = key.startsWith('Arrow') && key in steps ? (key === forward ? 1 : -1) : steps[key];
    const to = ends[key] ?? (step === undefined ? undefined : cursor === -1 ? bars.length - 1 : cursor + step);
    if (to !== undefined) point(to, shiftKey ? (hand?.anchor ?? hand?.cursor ?? startOf(to)) : undefined);
    else if (key === 'Enter' && cursor !== -1) take(anchor !== -1 || shiftKey, anchor === -1 ? cursor : anchor, cursor);
    else if (key === 'Escape' && hand !== undefined) setHand(undefined);
    else return;
    event.preventDefault();
  };

  const selected = cursor === -1 ? undefined : { first: cursor, last: cursor };
  const isRange = selected !== undefined && anchor !== -1;
  return {
    /** The bars that are pointed at. */
    selected: isRange ? { first: Math.min(anchor, cursor), last: Math.max(anchor, cursor) } : selected,
    isRange,
    cursor,
    /** For the element that the bars fill from side to side. */
    handlers: { ...pointer, onKeyDown, onBlur: () => setHand(undefined) },
  };
}
