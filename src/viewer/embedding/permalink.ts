import { type Address, writeAddress } from '../address-parameters.ts';

/**
 * The address of a place in the service's own viewer.
 * @param url of the service; where it is not known, the page's own address stands in
 */
export function permalinkOf(url: string | URL | undefined, address: Address): string {
  if (url === undefined) return location.href;
  const base = new URL(url);
  base.pathname = base.pathname.replace(/(\/graphql)?\/?$/, '/');
  base.search = writeAddress(new URLSearchParams(), address).toString();
  base.hash = '';
  return base.href;
}
