import { useSyncExternalStore } from 'react';
import { type Address, readAddress, writeAddress } from './address-parameters.ts';
import type { Step } from './timeline/place.ts';

const parse = (search: string): Address => readAddress(new URLSearchParams(search));

/** The URL of a state; what it does not name stays as it is now. */
export function addressOf(change: Partial<Address>): string {
  const address = { ...parse(location.search), ...change };
  const search = writeAddress(new URLSearchParams(location.search), address).toString();
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
