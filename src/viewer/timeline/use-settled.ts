import { useRef } from 'react';
import type { Trail } from './trail.ts';
import type { TrailState } from './trail-state.ts';

interface Shown {
  readonly workspaceId: string;
  readonly trail: Trail;
  readonly state: TrailState;
}

/** What is shown: a trail, and until its first entries are there the one that was looked at before, so that nothing flickers. */
export function useSettled(workspaceId: string, trail: Trail, state: TrailState): Shown {
  const now = { workspaceId, trail, state };
  const last = useRef<Shown>(now);
  const isOther = last.current.trail !== trail && last.current.workspaceId === workspaceId;
  if (state.phase !== 'loading' || !isOther) last.current = now;
  return last.current;
}
