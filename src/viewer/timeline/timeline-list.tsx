import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Activity } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { useMoments } from '../words/moments.ts';
import { EntryRow } from './entry-row.tsx';
import { EndOfList, StartOfList } from './list-ends.tsx';
import { NewsPill } from './news-pill.tsx';
import { indexOfEntry, type Row, toRows } from './rows.ts';
import { RunRow } from './run-row.tsx';
import { useTimeline } from './timeline-context.ts';
import type { Trail } from './trail.ts';
import type { TrailState } from './trail-state.ts';
import { useAnchor } from './use-anchor.ts';
import type { Names } from './use-names.ts';
import { useNow } from './use-now.ts';

/** Pixels that lines are taken to have before they are measured. */
const heights = { start: 44, day: 44, entry: 65, run: 65, end: 72 } as const;
/** Pixels from the top within which a reader counts as being there. */
const atTheTop = 8;
/** Lines before either end at which more entries are asked for. */
const early = 20;
/** Heights of lines that are remembered, also of those that were let go. */
const mostHeights = 10_000;

/** What the keys come to. */
const isStop = ({ kind }: Row) => kind === 'entry' || kind === 'run';

/** What is found out of an entry once. */
function keptByEntry<T>(find: (entry: Activity) => T): (entry: Activity) => T {
  const kept = new WeakMap<Activity, T>();
  return (entry) => {
    const known = kept.get(entry) ?? find(entry);
    kept.set(entry, known);
    return known;
  };
}

export interface TimelineListHandle {
  /** Scrolls an entry, or a run, into view: to the line that it is folded into. Gives it the focus where that is asked. */
  show(id: string, options: { focus: boolean }): void;
  /** The entry or the folded run that the keys come to next: from the active one, or else to the first one in sight. */
  next(by: 1 | -1): string | undefined;
}

interface TimelineListProps {
  ref: Ref<TimelineListHandle>;
  trail: Trail;
  state: TrailState;
  names: Names;
  /** The entry that is shown in detail. */
  shownId: string | undefined;
  /** Whether runs of like entries are folded. */
  isFolding: boolean;
  /** The entry, or the run, that the keys go on from. */
  activeId: string | undefined;
  hrefOf(entryId: string): string;
  onOpen(entry: Activity): void;
  onMove(by: 1 | -1): void;
}

/** The list itself: of many thousand entries only those lines are there that can be seen. */
export function TimelineList(props: TimelineListProps) {
  const { ref, trail, state, names, shownId, activeId, isFolding, hrefOf, onOpen, onMove } = props;
  const { entries, newer, older, arrived, beginnings } = state;
  const say = useSay();
  const { dayName, dayOf, timeAgo } = useMoments();
  const { place, go } = useTimeline();
  const { at } = place;
  const hasNewer = newer !== 'none';
  const dayOfEntry = useMemo(() => keptByEntry(({ createdAt }) => dayOf(createdAt)), [dayOf]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () => toRows(entries, { hasNewer, dayOf: dayOfEntry, isFolding, opened }),
    [entries, hasNewer, dayOfEntry, isFolding, opened],
  );
  const now = useNow(20_000);
  const scroller = useRef<HTMLDivElement>(null);
  const toFocus = useRef<string>(undefined);
  const isHeld = useRef(false);
  // Slid in once, an entry does not do it again where it is scrolled back to.
  const welcomed = useRef(new WeakSet<Activity>());

  // The day of the topmost line stays in sight.
  const days = useMemo(() => rows.flatMap(({ kind }, index) => (kind === 'day' ? [index] : [])), [rows]);
  const stickyDay = useRef<number>(undefined);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heights[rows[index]?.kind ?? 'entry'],
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: 10,
    scrollPaddingStart: heights.day + 8,
    scrollPaddingEnd: 8,
    rangeExtractor: useCallback(
      (range: Range) => {
        stickyDay.current = days.findLast((index) => index <= range.startIndex);
        const inSight = defaultRangeExtractor(range);
        const isThere = stickyDay.current === undefined || inSight.includes(stickyDay.current);
        return isThere ? inSight : [stickyDay.current ?? 0, ...inSight];
      },
      [days],
    ),
  });
  // A moment before everything: the trail has begun at its end, and so does the list.
  const isBeforeAll = state.at !== undefined && Date.parse(entries[0]?.createdAt ?? '') > Date.parse(state.at);
  const hadNewer = useRef(hasNewer);
  const shows = useAnchor({
    ...{ scroller, virtualizer, rows, beginnings, covered: heights.day },
    isHeld: isHeld.current || hasNewer || hadNewer.current,
    beginAt: isBeforeAll ? Number.POSITIVE_INFINITY : hasNewer ? heights.start : 0,
  });
  hadNewer.current = hasNewer;
  const lines = virtualizer.getVirtualItems();
  shows(lines);
  const first = virtualizer.range?.startIndex ?? rows.length;
  const last = virtualizer.range?.endIndex ?? 0;

  useEffect(() => {
    if (older === 'more' && last >= rows.length - early) void trail.loadOlder();
    if (newer === 'more' && first < early) void trail.loadNewer();
  }, [trail, older, newer, first, last, rows.length]);
  useEffect(() => {
    if (virtualizer.itemSizeCache.size > mostHeights + rows.length) virtualizer.itemSizeCache.clear();
  }, [virtualizer, rows]);

  // Back at the newest entry the place is now again.
  const settle = () => {
    isHeld.current = (scroller.current?.scrollTop ?? 0) > atTheTop;
    trail.hold(isHeld.current);
    if (at !== undefined && at === state.at && !hasNewer && !isHeld.current) go({ at: undefined }, 'replace');
  };
  useEffect(settle);
  useEffect(() => () => trail.hold(false), [trail]);
  const toNow = () => {
    if (!hasNewer) {
      // Nothing is to be kept in its place on the way.
      isHeld.current = false;
      scroller.current?.scrollTo({ top: 0, behavior: 'instant' });
    }
    if (at === undefined) void trail.goTo(undefined);
    else go({ at: undefined }, 'push');
  };

  const active = activeId === undefined ? undefined : rows[indexOfEntry(rows, activeId)]?.key;
  const reachable = lines.some(({ key }) => key === active) ? active : rows.slice(first).find(isStop)?.key;
  const toggle = useCallback((run: readonly Activity[]) => {
    setOpened((before) => {
      const ids = run.map(({ id }) => id);
      const isOpen = ids.some((id) => before.has(id));
      return new Set(isOpen ? [...before].filter((id) => !ids.includes(id)) : [...before, ...ids]);
    });
  }, []);

  useImperativeHandle(ref, () => ({
    show(id, { focus }) {
      const index = indexOfEntry(rows, id);
      if (index === -1) return;
      virtualizer.scrollToIndex(index);
      if (focus) toFocus.current = rows[index]?.key;
      focusLine();
    },
    next(by) {
      const from = activeId === undefined ? -1 : indexOfEntry(rows, activeId);
      if (from === -1) return reachable;
      const beyond = by === 1 ? rows.slice(from + 1) : rows.slice(0, from).reverse();
      return beyond.find(isStop)?.key;
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

  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined;
    if (by === undefined || !(event.target instanceof HTMLElement) || event.target.dataset['entry'] === undefined)
      return;
    event.preventDefault();
    onMove(by);
  };

  const content = (row: Row) => {
    if (row.kind === 'start') return <StartOfList beyond={newer} onAgain={trail.loadNewer} />;
    if (row.kind === 'day') return <h2>{dayName(row.moment, now)}</h2>;
    if (row.kind === 'end') return <EndOfList beyond={older} onAgain={trail.loadOlder} />;
    if (row.kind === 'run') {
      return (
        <RunRow
          id={row.key}
          entries={row.entries}
          names={names}
          ago={timeAgo(row.entries[0]?.createdAt ?? '', now)}
          isOpen={row.isOpen}
          isShown={!row.isOpen && row.entries.some(({ id }) => id === shownId)}
          isReachable={row.key === reachable}
          onToggle={toggle}
        />
      );
    }
    return (
      <EntryRow
        entry={row.entry}
        names={names}
        ago={timeAgo(row.entry.createdAt, now)}
        href={hrefOf(row.key)}
        isShown={row.key === shownId}
        isReachable={row.key === reachable}
        onOpen={onOpen}
      />
    );
  };

  return (
    <div className="al-list">
      <NewsPill waiting={state.isPaused ? 0 : state.waiting} isAway={hasNewer} onClick={toNow} />
      <section className="al-scroller" ref={scroller} tabIndex={0} aria-label={say('list.label')} onScroll={settle}>
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
                data-new={
                  (row.kind === 'entry' && arrived.has(row.key) && !welcomed.current.has(row.entry)) || undefined
                }
                onAnimationEnd={() => row.kind === 'entry' && welcomed.current.add(row.entry)}
                data-in-run={(row.kind === 'entry' && row.isInRun) || undefined}
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
