import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Credentials } from './authenticator.ts';

/** Name of the header to which each proxy adds the address of its peer. */
export const FORWARDED_FOR = 'x-forwarded-for';
/** Entries of X-Forwarded-For that are read, from the end. More proxies than that are not in a row. */
const MAX_HOPS = 20;
const IPV6_GROUPS = 8;
/** Groups of an IPv6 address that name the network of a client, which may use any address in it. */
const NETWORK_GROUPS = 4;

/** Returns a predicate for addresses in the networks, or for all if there are none. Throws a `TypeError` if one is not in CIDR notation. */
export function addressMatcher(cidrs: readonly string[]): (address: string | undefined) => boolean {
  if (cidrs.length === 0) return () => true;
  const trusted = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = '', ...rest] = cidr.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (!/^\d+$/u.test(bits) || rest.length > 0)
      throw new TypeError(`Expected a network such as 10.0.0.0/8, got ${JSON.stringify(cidr)}.`);
    trusted.addSubnet(network, Number(bits), family);
  }
  return (address = '') => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Returns a predicate for the addresses of trusted proxies: those in the networks. None are, by default. */
export function trustedProxyMatcher(cidrs: readonly string[]): (address: string | undefined) => boolean {
  return cidrs.length > 0 ? addressMatcher(cidrs) : () => false;
}

/**
 * Returns the address of the client that sent a request, to count by. It is the address of the peer or, behind trusted
 * proxies, the last one in `X-Forwarded-For` that is not a trusted proxy: those before it are the client's own words.
 * IPv6 addresses are reduced to their /64 network.
 */
export function clientAddressOf(
  { header, remoteAddress = '' }: Credentials,
  isTrustedProxy: (address: string) => boolean,
): string {
  const forwarded = header(FORWARDED_FOR).join(',').split(',').slice(-MAX_HOPS);
  let address = remoteAddress;
  for (const hop of forwarded.toReversed()) {
    if (!isTrustedProxy(address)) break;
    const trimmed = hop.trim();
    if (!isIPv4(trimmed) && !isIPv6(trimmed)) break;
    address = trimmed;
  }
  return networkOf(address);
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const ipv4 = /^::ffff:(?<ipv4>[\d.]+)$/iu.exec(address)?.groups?.['ipv4'];
  if (ipv4 !== undefined) return ipv4;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : IPV6_GROUPS - first.length - last.length;
  const groups = [...first, ...Array.from({ length: Math.max(zeros, 0) }, () => '0'), ...last];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
