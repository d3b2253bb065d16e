import { BlockList, isIPv6 } from 'node:net';
import type { Client } from '../../kubernetes/client.ts';
import { unauthorized, type Authenticator } from '../authenticator.ts';
import { subjectAccessReview } from '../access-reviews.ts';

/** How a mesh says who sends a request, after it has removed what the sender says of that. */
export interface HeaderAuthenticatorOptions {
  /** Name of the header with the user's name. */
  readonly userHeader: string;
  /** Removed once from the front of the name. */
  readonly userPrefix: string;
  /** Name of the header with a group; each instance is one group, as it is. */
  readonly groupsHeader: string;
  /** Where such headers may come from, e.g. `10.0.0.0/8`. Empty: from anywhere. */
  readonly trustedProxyCidrs: readonly string[];
  /** Write as the viewer, by impersonation, instead of as ourselves after a review. */
  readonly impersonate: boolean;
}

/** Takes the headers' word. Groups are as given: `system:authenticated` is not added. */
export function headerAuthenticator(client: Client, options: HeaderAuthenticatorOptions): Authenticator {
  const userHeader = options.userHeader.toLowerCase();
  const groupsHeader = options.groupsHeader.toLowerCase();
  const isTrusted = addressMatcher(options.trustedProxyCidrs);
  return async ({ headers, remoteAddress }) => {
    const given = headers[userHeader]?.find((value) => value !== '');
    if (given !== undefined && !isTrusted(remoteAddress)) {
      throw unauthorized(
        'Identity headers are accepted from TRUSTED_PROXY_CIDRS only, and this request came from elsewhere.',
      );
    }
    const name = withoutPrefix(asUtf8(given ?? ''), options.userPrefix);
    if (name === '')
      throw unauthorized(`Expected the header ${options.userHeader} to say who you are; it is missing or empty.`);
    const groups = (headers[groupsHeader] ?? []).map(asUtf8);
    return {
      name,
      groups,
      key: JSON.stringify([name, groups.toSorted()]),
      client: options.impersonate ? client.impersonating({ name, groups }) : client,
      clientIdentity: options.impersonate ? 'viewer' : 'gateway',
      reviewAccess: subjectAccessReview(client, name, groups),
      reauthenticate: () => Promise.resolve(),
    };
  };
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Node reads headers byte by byte; names in them are UTF-8. */
function asUtf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

/** @throws {TypeError} for what is no CIDR */
export function addressMatcher(cidrs: readonly string[]): (address: string | undefined) => boolean {
  if (cidrs.length === 0) return () => true;
  const trusted = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits = ''] = cidr.split('/', 2);
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (!/^\d+$/u.test(bits))
      throw new TypeError(`Expected a network such as 10.0.0.0/8, got ${JSON.stringify(cidr)}.`);
    trusted.addSubnet(network, Number(bits), family);
  }
  return (address = '') => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
