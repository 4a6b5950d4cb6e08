import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Activity, ActivityLogClient, ActivityLogClientError } from '../../client/client.ts';
import { DetailPanel } from '../detail/detail-panel.tsx';
import { preloadContent } from '../detail/lazy-content.tsx';
import { useFocusBack } from '../detail/use-focus-back.ts';
import { ExportButton } from '../export/export-button.tsx';
import { FindBar, type FindBarHandle } from '../find/find-bar.tsx';
import { NothingFound } from '../find/nothing-found.tsx';
import { useFilter } from '../find/use-filter.ts';
import { PictureArea } from '../picture/picture-area.tsx';
import { useShown } from '../picture/shown.ts';
import { OperatorTools } from '../settings/operator-tools.tsx';
import { useDirection, useSay } from '../words/localised.tsx';
import { ConnectionStatus } from './connection-status.tsx';
import { DateJump } from './date-jump.tsx';
import { FoldIcon } from './icons.tsx';
import type { Place, Step } from './place.ts';
import { EmptyTrail, FailedTrail, LoadingTrail } from './placeholders.tsx';
import { type Role, type TimelineContext, TimelineProvider } from './timeline-context.ts';
import { TimelineList, type TimelineListHandle } from './timeline-list.tsx';
import { Trail } from './trail.ts';
import { useFolding } from './use-folding.ts';
import { useKeys } from './use-keys.ts';
import { useNames } from './use-names.ts';
import { useSettled } from './use-settled.ts';

export interface ActivityTimelineProps {
  /** Of the service, signed in. It stays the caller's, who closes it. */
  client: ActivityLogClient;
  workspaceId: string;
  place: Place;
  /** Called when another place is to be shown; the caller hands it back as `place`. */
  onPlaceChange(place: Place, step: Step): void;
  /** What whoever reads may do in the workspace; nothing that only some may do is offered before it is known. */
  role?: Role | undefined;
  /** The address by which somebody else comes to a place. */
  hrefOf(place: Place): string;
  /** Called where the service takes the token no more, with its words. */
  onSignedOut(reason: string): void;
  /** Called when entries cannot be loaded, or followed. */
  onError?(error: ActivityLogClientError): void;
}

const KeysDialog = lazy(async () => ({ default: (await import('../find/keys-dialog.tsx')).KeysDialog }));

/** The trail of a workspace: the newest entries, live, older ones as they are scrolled to, and one of them in detail. */
export function ActivityTimeline(props: ActivityTimelineProps) {
  const { client, workspaceId, role, place } = props;
  const { entryId } = place;
  const filter = useFilter(place.query);
  const handlers = useRef(props);
  handlers.current = props;
  const trail = useMemo(
    () => new Trail({ client, workspaceId, filter, onSignedOut: (reason) => handlers.current.onSignedOut(reason) }),
    [client, workspaceId, filter],
  );
  const state = useSyncExternalStore(trail.subscribe, () => trail.state);
  useEffect(() => () => trail.close(), [trail]);
  useEffect(() => void trail.goTo(place.at), [trail, place.at]);
  const settled = useSettled(workspaceId, trail, state);
  const { phase, failure, waiting, newer } = settled.state;
  useEffect(() => {
    if (failure !== undefined) handlers.current.onError?.(failure);
  }, [failure]);

  const say = useSay();
  const dir = useDirection();
  const names = useNames(client, workspaceId);
  const root = useRef<HTMLElement>(null);
  const list = useRef<TimelineListHandle>(null);
  const [facetsSlot, setFacetsSlot] = useState<HTMLElement | null>(null);
  const { facets } = useShown();
  const [activeId, setActiveId] = useState<string>();
  const [isFolding, toggleFolding] = useFolding();
  const { entries } = settled.state;
  const isEmpty = entries.length + waiting === 0 && newer === 'none';
  const shownId = entryId ?? activeId;
  const shownAt = useMemo(() => entries.findIndex(({ id }) => id === shownId), [entries, shownId]);

  const context = useMemo<TimelineContext>(
    () => ({
      ...{ client, workspaceId, role, names, place, filter, onArrivals: trail.onArrivals },
      go: (change, step) => handlers.current.onPlaceChange({ ...place, ...change }, step),
      hrefOf: (change) => handlers.current.hrefOf({ ...place, ...change }),
    }),
    [client, workspaceId, role, names, place, filter, trail],
  );
  const open = useCallback((entry: Activity) => {
    setActiveId(entry.id);
    const { place, onPlaceChange } = handlers.current;
    onPlaceChange({ ...place, entryId: entry.id }, place.entryId === undefined ? 'push' : 'replace');
  }, []);
  const move = (by: 1 | -1) => {
    // From line to line; where one is open, from entry to entry, also within what is folded.
    const next = entryId === undefined ? list.current?.next(by) : entries[shownAt === -1 ? 0 : shownAt + by]?.id;
    if (next === undefined) return;
    setActiveId(next);
    list.current?.show(next, { focus: entryId === undefined });
    if (entryId !== undefined) context.go({ entryId: next }, 'replace');
  };
  const close = () => {
    if (entryId === undefined) return;
    context.go({ entryId: undefined }, 'replace');
    setActiveId(entryId);
    list.current?.show(entryId, { focus: true });
  };
  useFocusBack(root, entryId);
  const isThere = settled.state.phase === 'ready';
  useEffect(() => {
    if (isThere) preloadContent();
  }, [isThere]);
  const pause = () => (state.isPaused ? trail.resume() : trail.pause());
  const find = useRef<FindBarHandle>(null);
  const [hasKeys, setHasKeys] = useState(false);
  const toTheList = () => root.current?.querySelector<HTMLElement>('.al-scroller, .al-placeholder')?.focus();
  useKeys(root, {
    ...{ j: () => move(1), k: () => move(-1), p: pause, Escape: close },
    ...{ '/': () => find.current?.focus(), '?': () => setHasKeys(true) },
  });
  // What is wrong with the query is told where it is typed.
  const refusal = phase === 'failed' && failure?.field?.startsWith('filter') ? failure : undefined;

  return (
    <TimelineProvider value={context}>
      <section
        className="al-timeline"
        ref={root}
        dir={dir}
        aria-label={say('timeline.label', { workspace: names.workspace })}
        data-open={entryId !== undefined || undefined}
      >
        <div className="al-trail">
          <header className="al-bar">
            <h1 className="al-heading">{names.workspace}</h1>
            <OperatorTools />
            <div className="al-controls">
              <DateJump root={root} />
              <button
                type="button"
                className="al-button al-fold"
                aria-pressed={isFolding}
                aria-label={say('list.folding')}
                title={say('list.folding')}
                onClick={toggleFolding}
              >
                <FoldIcon />
              </button>
              <ExportButton />
              <ConnectionStatus {...settled.state} onAgain={() => void trail.begin()} onPause={pause} />
            </div>
          </header>
          <FindBar ref={find} refusal={refusal} onLeave={toTheList} onKeys={() => setHasKeys(true)} />
          {(phase !== 'failed' || refusal !== undefined) && <PictureArea facetsSlot={facetsSlot} />}
          <div className="al-columns">
            <div className="al-facets-slot" ref={setFacetsSlot} data-shown={facets || undefined} />
            <div className="al-main">
              {phase === 'loading' && <LoadingTrail />}
              {phase === 'failed' && refusal === undefined && (
                <FailedTrail failure={failure} onAgain={() => void trail.begin()} />
              )}
              {phase === 'ready' && isEmpty && place.query === '' && <EmptyTrail workspace={names.workspace} />}
              {(refusal !== undefined || (phase === 'ready' && isEmpty && place.query !== '')) && (
                <NothingFound isRefused={refusal !== undefined} onClear={() => find.current?.clear()} />
              )}
              {phase === 'ready' && !isEmpty && (
                <TimelineList
                  ref={list}
                  trail={settled.trail}
                  state={settled.state}
                  names={names}
                  shownId={entryId}
                  activeId={shownId}
                  isFolding={isFolding}
                  hrefOf={(id) => context.hrefOf({ entryId: id })}
                  onOpen={open}
                  onMove={move}
                />
              )}
            </div>
          </div>
        </div>
        {entryId !== undefined && (
          <DetailPanel
            client={client}
            entryId={entryId}
            known={entries[shownAt]?.id === entryId ? entries[shownAt] : undefined}
            onClose={close}
            onNewer={shownAt > 0 ? () => move(-1) : undefined}
            onOlder={shownAt !== -1 && shownAt < entries.length - 1 ? () => move(1) : undefined}
          />
        )}
        {hasKeys && (
          <Suspense>
            <KeysDialog container={root.current} onClose={() => setHasKeys(false)} />
          </Suspense>
        )}
      </section>
    </TimelineProvider>
  );
}
