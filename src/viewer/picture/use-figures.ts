import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useTimeline } from '../timeline/timeline-context.ts';
import type { Figures } from './figures.ts';
import { FiguresReader, type FiguresState } from './figures-reader.ts';

/** The figures of what the timeline looks at, live; those of before until there are others. */
export function useFigures(timeZone: string): FiguresState & { again(): void } {
  const { client, workspaceId, filter, onArrivals } = useTimeline();
  const last = useRef<{ workspaceId: string; figures: Figures | undefined }>(undefined);
  const reader = useMemo(() => {
    const before = last.current?.workspaceId === workspaceId ? last.current.figures : undefined;
    return new FiguresReader({ client, workspaceId, filter, timeZone, before });
  }, [client, workspaceId, filter, timeZone]);
  const state = useSyncExternalStore(reader.subscribe, () => reader.state);
  last.current = { workspaceId, figures: state.figures };
  useEffect(() => {
    const leave = onArrivals((entries) => reader.take(entries));
    void reader.read();
    return () => {
      leave();
      reader.close();
    };
  }, [reader, onArrivals]);
  return { ...state, again: () => void reader.read() };
}
