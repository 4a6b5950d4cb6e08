import { createContext, useContext } from 'react';
import type { Activity, ActivityFilter, ActivityLogClient } from '../../client/client.ts';
import type { Role } from '../role.ts';
import type { Place, Step } from './place.ts';
import type { Names } from './use-names.ts';

export type { Role };

/** What every part of a timeline knows: whose it is, and what of it is looked at. */
export interface TimelineContext {
  readonly client: ActivityLogClient;
  readonly workspaceId: string;
  /** Undefined until the service has said it; then nothing is offered that only some may do. */
  readonly role: Role | undefined;
  readonly names: Names;
  readonly place: Place;
  /** What the query of the place selects, as the service takes it; the same object while it selects the same. */
  readonly filter: ActivityFilter;
  /** Calls with what comes in live; with nothing where some of it may have been missed. Returns what ends that. */
  onArrivals(follow: (entries: readonly Activity[]) => void): () => void;
  /** Goes to another place; what the change does not name stays. */
  go(change: Partial<Place>, step: Step): void;
  /** The address by which somebody else comes to a place; what the change does not name is as here. */
  hrefOf(change: Partial<Place>): string;
}

const Context = createContext<TimelineContext | undefined>(undefined);

export const TimelineProvider = Context.Provider;

/** @throws outside of a timeline */
export function useTimeline(): TimelineContext {
  const context = useContext(Context);
  if (context === undefined) throw new Error('This is a part of a timeline, and stands outside of one.');
  return context;
}
