import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Activity, ActivityFilter, ActivityLogClient } from '../../client/client.ts';
import { DetailPanel } from '../detail/detail-panel.tsx';
import { useFocusBack } from '../detail/use-focus-back.ts';
import { useDirection, useSay } from '../words/localised.tsx';
import { ConnectionStatus } from './connection-status.tsx';
import type { Place, Step } from './place.ts';
import { EmptyTrail, FailedTrail, LoadingTrail } from './placeholders.tsx';
import { type Role, type TimelineContext, TimelineProvider } from './timeline-context.ts';
import { TimelineList, type TimelineListHandle } from './timeline-list.tsx';
import { Trail } from './trail.ts';
import { useKeys } from './use-keys.ts';
import { useNames } from './use-names.ts';

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
}

/** A query that looks for nothing in particular. */
const all: ActivityFilter = {};

/** The trail of a workspace: the newest entries, live, older ones as they are scrolled to, and one of them in detail. */
export function ActivityTimeline(props: ActivityTimelineProps) {
  const { client, workspaceId, role, place } = props;
  const { entryId } = place;
  const filter = all;
  const handlers = useRef(props);
  handlers.current = props;
  const trail = useMemo(
    () => new Trail({ client, workspaceId, filter, onSignedOut: (reason) => handlers.current.onSignedOut(reason) }),
    [client, workspaceId, filter],
  );
  const state = useSyncExternalStore(trail.subscribe, () => trail.state);
  useEffect(() => {
    void trail.begin();
    return () => trail.close();
  }, [trail]);

  const say = useSay();
  const dir = useDirection();
  const names = useNames(client, workspaceId);
  const root = useRef<HTMLElement>(null);
  const list = useRef<TimelineListHandle>(null);
  const [activeId, setActiveId] = useState<string>();
  const { entries } = state;
  const shownId = entryId ?? activeId;
  const shownAt = useMemo(() => entries.findIndex(({ id }) => id === shownId), [entries, shownId]);

  const context = useMemo<TimelineContext>(
    () => ({
      ...{ client, workspaceId, role, names, place, filter },
      go: (change, step) => handlers.current.onPlaceChange({ ...place, ...change }, step),
      hrefOf: (change) => handlers.current.hrefOf({ ...place, ...change }),
    }),
    [client, workspaceId, role, names, place, filter],
  );
  const open = useCallback((entry: Activity) => {
    setActiveId(entry.id);
    const { place, onPlaceChange } = handlers.current;
    onPlaceChange({ ...place, entryId: entry.id }, place.entryId === undefined ? 'push' : 'replace');
  }, []);
  const move = (by: 1 | -1) => {
    const next = entries[shownAt === -1 ? 0 : shownAt + by];
    if (next === undefined) return;
    setActiveId(next.id);
    list.current?.show(next.id, { focus: entryId === undefined });
    if (entryId !== undefined) context.go({ entryId: next.id }, 'replace');
  };
  const close = () => {
    if (entryId === undefined) return;
    context.go({ entryId: undefined }, 'replace');
    setActiveId(entryId);
    list.current?.show(entryId, { focus: true });
  };
  useFocusBack(root, entryId);
  useKeys(root, { j: () => move(1), k: () => move(-1), Escape: close });

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
            <ConnectionStatus
              connection={state.connection}
              failure={state.failure}
              onAgain={() => void trail.begin()}
            />
          </header>
          {state.phase === 'loading' && <LoadingTrail />}
          {state.phase === 'failed' && <FailedTrail failure={state.failure} onAgain={() => void trail.begin()} />}
          {state.phase === 'ready' && entries.length === 0 && state.waiting === 0 && (
            <EmptyTrail workspace={names.workspace} />
          )}
          {state.phase === 'ready' && entries.length + state.waiting > 0 && (
            <TimelineList
              ref={list}
              trail={trail}
              state={state}
              names={names}
              shownId={entryId}
              activeId={shownId}
              hrefOf={(id) => context.hrefOf({ entryId: id })}
              onOpen={open}
              onMove={move}
            />
          )}
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
      </section>
    </TimelineProvider>
  );
}
