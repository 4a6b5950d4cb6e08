import type { IncomingMessage } from 'node:http';

/** The network of an address that one household or server has for itself: all of an IPv4 address, half of an IPv6 one. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  if (tail !== undefined) while (groups.length + behind.length < 8) groups.push('0');
  return `${[...groups, ...behind].slice(0, 4).join(':')}::/64`;
}

/** The nth value from the end of a header that every proxy adds to, and that clients may have begun. */
function fromTheEnd(header: string | string[] | undefined, hops: number): string | undefined {
  const values = String(header ?? '')
    .split(',')
    .map((value) => value.trim());
  const value = values[Math.max(values.length - hops, 0)];
  return value === '' ? undefined : value;
}

/**
 * The network that a request comes from.
 * @param hops proxies in front that are trusted to say so; 0 for the connection's own address
 */
export function senderOf(request: IncomingMessage, hops: number): string {
  const told = hops === 0 ? undefined : fromTheEnd(request.headers['x-forwarded-for'], hops);
  return networkOf(told ?? request.socket.remoteAddress ?? '');
}

/** True where the client's own connection is encrypted, as far as the proxies in front say so. */
export function isEncrypted(request: IncomingMessage, hops: number): boolean {
  if (hops === 0) return 'encrypted' in request.socket;
  // Some proxies write one value for all, others add theirs.
  return (
    String(request.headers['x-forwarded-proto'] ?? '')
      .split(',', 1)[0]
      ?.trim() === 'https'
  );
}
