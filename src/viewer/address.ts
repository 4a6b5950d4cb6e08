import { useSyncExternalStore } from 'react';
import { everything, type Place, type Step } from './timeline/place.ts';

/** What of the viewer's state is in its URL, so that a colleague can open it. */
export interface Address extends Place {
  readonly workspaceId: string | undefined;
}

const names = { workspaceId: 'workspace', query: 'q', at: 'at', entryId: 'entry' } as const;

function parse(search: string): Address {
  const parameters = new URLSearchParams(search);
  const read = (name: string) => parameters.get(name) || undefined;
  return {
    workspaceId: read(names.workspaceId),
    query: read(names.query) ?? everything.query,
    at: read(names.at),
    entryId: read(names.entryId),
  };
}

/** The URL of a state; what it does not name stays as it is now. */
export function addressOf(change: Partial<Address>): string {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ ...parse(location.search), ...change })) {
    const parameter = names[name as keyof Address];
    if (value === undefined || value === '') parameters.delete(parameter);
    else parameters.set(parameter, value);
  }
  const search = parameters.toString();
  return search === '' ? location.pathname : `?${search}`;
}

const listeners = new Set<() => void>();

/** Goes there: `push` makes a step that the browser goes back from, `replace` does not. */
export function goTo(change: Partial<Address>, step: Step): void {
  const url = addressOf(change);
  if (step === 'push') history.pushState(null, '', url);
  else history.replaceState(history.state, '', url);
  for (const listener of listeners) listener();
}

let last = { search: '', address: parse('') };

function current(): Address {
  if (last.search !== location.search) last = { search: location.search, address: parse(location.search) };
  return last.address;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** The state that is in the URL, now and whenever it changes. */
export const useAddress = (): Address => useSyncExternalStore(subscribe, current);
