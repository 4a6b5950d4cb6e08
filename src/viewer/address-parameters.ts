import { everything, type Place } from './timeline/place.ts';

/** What of the viewer's state is in its URL, so that a colleague can open it. */
export interface Address extends Place {
  readonly workspaceId: string | undefined;
}

const names = { workspaceId: 'workspace', query: 'q', at: 'at', entryId: 'entry' } as const;

/** The address in the parameters of a URL. */
export function readAddress(parameters: URLSearchParams): Address {
  const read = (name: string) => parameters.get(name) || undefined;
  return {
    workspaceId: read(names.workspaceId),
    query: read(names.query) ?? everything.query,
    at: read(names.at),
    entryId: read(names.entryId),
  };
}

/** Puts an address into the parameters of a URL, which are returned; others stay. */
export function writeAddress(parameters: URLSearchParams, address: Address): URLSearchParams {
  for (const [name, value] of Object.entries(address)) {
    const parameter = names[name as keyof Address];
    if (value === undefined || value === '') parameters.delete(parameter);
    else parameters.set(parameter, value);
  }
  return parameters;
}
