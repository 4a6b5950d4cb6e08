import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { CompletionsDocument } from '../../client/generated/graphql.ts';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { type Completion, completionsOf, type Facets } from './completions.ts';

/** Milliseconds after which what a workspace has is asked for again. */
const fresh = 60_000;

/** Calls when the browser has nothing better to do. Returns what ends that. */
function whenIdle(call: () => void): () => void {
  // Safari knows no idle time.
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(call, 200);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(call, { timeout: 1_000 });
  return () => cancelIdleCallback(request);
}

/** Values to complete with: asked for once the page has painted, so that they are there before the first key. */
export function useCompletions(): { completions: readonly Completion[]; refresh(): void } {
  const { client, workspaceId, role } = useTimeline();
  const say = useSay();
  const [facets, setFacets] = useState<Facets>();
  const askedAt = useRef(Number.NEGATIVE_INFINITY);
  const refresh = useCallback(() => {
    if (Date.now() - askedAt.current < fresh) return;
    askedAt.current = Date.now();
    client.request(CompletionsDocument, { workspaceId }).then(
      ({ activityStats }) => setFacets(activityStats),
      // Then only what every workspace has is offered; the timeline asks the same service, and says what is wrong with it.
      () => undefined,
    );
  }, [client, workspaceId]);
  useEffect(() => whenIdle(refresh), [refresh]);
  return { completions: useMemo(() => completionsOf(facets, role, say), [facets, role, say]), refresh };
}
