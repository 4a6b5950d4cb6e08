import { useSyncExternalStore } from 'react';

/** Which parts of the picture somebody wants to see, in this browser. */
export interface Shown {
  readonly picture: boolean;
  readonly facets: boolean;
}

const key = 'activity-log:picture';

function read(): Shown {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    const isOff = (name: keyof Shown) =>
      typeof kept === 'object' && kept !== null && name in kept && (kept as Partial<Shown>)[name] === false;
    return { picture: !isOff('picture'), facets: !isOff('facets') };
  } catch {
    // A browser may keep nothing, or something else.
    return { picture: true, facets: true };
  }
}

let shown: Shown | undefined;
const listeners = new Set<() => void>();

/** Shows or hides a part; kept for this browser where it keeps anything. */
export function show(change: Partial<Shown>): void {
  shown = { ...current(), ...change };
  try {
    localStorage.setItem(key, JSON.stringify(shown));
  } catch {
    // It holds for as long as the page is open.
  }
  for (const listener of listeners) listener();
}

function current(): Shown {
  shown ??= read();
  return shown;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useShown = (): Shown => useSyncExternalStore(subscribe, current);
