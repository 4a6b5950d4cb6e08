import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef } from 'react';
import type { Activity } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { EntryRow } from './entry-row.tsx';
import { ArrowUpIcon } from './icons.tsx';
import { type Row, toRows } from './rows.ts';
import type { Trail, TrailState } from './trail.ts';
import type { Names } from './use-names.ts';
import { useNow } from './use-now.ts';

/** Pixels that lines are taken to have before they are measured. */
const heights = { day: 44, entry: 65, end: 72 } as const;
/** Pixels from the top within which a reader counts as being there. */
const atTheTop = 8;
/** Lines before the last one at which older entries are asked for. */
const early = 20;

export interface TimelineListHandle {
  /** Scrolls an entry into view, and gives it the focus where that is asked. */
  show(entryId: string, options: { focus: boolean }): void;
}

interface TimelineListProps {
  ref: Ref<TimelineListHandle>;
  trail: Trail;
  state: TrailState;
  names: Names;
  /** The entry that is shown in detail. */
  shownId: string | undefined;
  /** The entry that the keys go on from. */
  activeId: string | undefined;
  hrefOf(entryId: string): string;
  onOpen(entry: Activity): void;
  onMove(by: 1 | -1): void;
}

/** The list itself: of many thousand entries only those lines are there that can be seen. */
export function TimelineList({
  ref,
  trail,
  state,
  names,
  shownId,
  activeId,
  hrefOf,
  onOpen,
  onMove,
}: TimelineListProps) {
  const { entries, waiting, older, arrived } = state;
  const say = useSay();
  const { dayName, dayOf } = useMoments();
  const rows = useMemo(() => toRows(entries, dayOf), [entries, dayOf]);
  const now = useNow(20_000);
  const scroller = useRef<HTMLDivElement>(null);
  const toFocus = useRef<string>(undefined);

  // The day of the topmost line stays in sight.
  const days = useMemo(() => rows.flatMap(({ kind }, index) => (kind === 'day' ? [index] : [])), [rows]);
  const stickyDay = useRef(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heights[rows[index]?.kind ?? 'entry'],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    scrollPaddingStart: heights.day + 8,
    scrollPaddingEnd: 8,
    rangeExtractor: useCallback(
      (range: Range) => {
        stickyDay.current = days.findLast((index) => index <= range.startIndex) ?? 0;
        return [...new Set([stickyDay.current, ...defaultRangeExtractor(range)])].sort((a, b) => a - b);
      },
      [days],
    ),
  });
  const lines = virtualizer.getVirtualItems();
  const lastLine = lines.at(-1)?.index ?? 0;

  useEffect(() => {
    if (older === 'more' && lastLine >= rows.length - early) void trail.loadOlder();
  }, [trail, older, lastLine, rows.length]);

  useImperativeHandle(ref, () => ({
    show(entryId, { focus }) {
      const index = rows.findIndex(({ key }) => key === entryId);
      if (index === -1) return;
      virtualizer.scrollToIndex(index);
      if (focus) toFocus.current = entryId;
      focusLine();
    },
  }));
  // The line may be there only after the list has scrolled.
  const focusLine = () => {
    if (toFocus.current === undefined) return;
    const links = scroller.current?.querySelectorAll<HTMLElement>('[data-entry]') ?? [];
    const link = [...links].find(({ dataset }) => dataset['entry'] === toFocus.current);
    if (link === undefined) return;
    toFocus.current = undefined;
    link.focus({ preventScroll: true });
  };
  useEffect(focusLine);

  // What is looked for anew is read from its newest entry on.
  const shownTrail = useRef(trail);
  useLayoutEffect(() => {
    if (shownTrail.current === trail) return;
    shownTrail.current = trail;
    scroller.current?.scrollTo({ top: 0 });
  }, [trail]);

  const toTheTop = () => {
    trail.showWaiting();
    scroller.current?.scrollTo({ top: 0 });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined;
    if (by === undefined || !(event.target instanceof HTMLElement) || event.target.dataset['entry'] === undefined)
      return;
    event.preventDefault();
    onMove(by);
  };

  const reachable = lines.some(({ key }) => key === activeId)
    ? activeId
    : lines.find(({ index }) => rows[index]?.kind === 'entry' && index > stickyDay.current)?.key;

  const content = (row: Row) => {
    if (row.kind === 'day') return <h2>{dayName(row.moment, now)}</h2>;
    if (row.kind === 'end') return <EndOfList older={older} onAgain={() => void trail.loadOlder()} />;
    return (
      <EntryRow
        entry={row.entry}
        names={names}
        now={now}
        href={hrefOf(row.key)}
        isShown={row.key === shownId}
        isReachable={row.key === reachable}
        onOpen={onOpen}
      />
    );
  };

  return (
    <div className="al-list">
      <div className="al-news" role="status">
        {waiting > 0 && (
          <button type="button" className="al-pill" onClick={toTheTop}>
            <ArrowUpIcon />
            {say('list.new', { count: waiting })}
          </button>
        )}
      </div>
      <section
        className="al-scroller"
        ref={scroller}
        tabIndex={0}
        aria-label={say('list.label')}
        onScroll={() => trail.hold((scroller.current?.scrollTop ?? 0) > atTheTop)}
      >
        <ol className="al-rows" style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
          {lines.map(({ index, key, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const isSticky = index === stickyDay.current;
            return (
              <li
                key={key}
                data-index={index}
                ref={virtualizer.measureElement}
                className={isSticky ? 'al-row al-sticky' : 'al-row'}
                data-kind={row.kind}
                data-new={arrived.has(row.key) || undefined}
                style={isSticky ? undefined : { transform: `translateY(${start}px)` }}
              >
                {content(row)}
              </li>
            );
          })}
        </ol>
      </section>
    </div>
  );
}

function EndOfList({ older, onAgain }: { older: TrailState['older']; onAgain(): void }) {
  const say = useSay();
  if (older === 'none') return <p className="al-end">{say('list.beginning')}</p>;
  if (older !== 'failed') return <p className="al-end">{say('list.older.loading')}</p>;
  return (
    <p className="al-end" role="alert">
      {say('list.older.failed')}{' '}
      <button type="button" className="al-button" onClick={onAgain}>
        {say('tryAgain')}
      </button>
    </p>
  );
}
