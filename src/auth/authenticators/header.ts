import { BlockList, isIPv6 } from 'node:net';
import type { Client } from '../../kubernetes/client.ts';
import { decodeHeader, isHeaderText } from '../../kubernetes/header-text.ts';
import type { StatusError } from '../../kubernetes/status-error.ts';
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
    const name = withoutPrefix(textOf(given ?? '', options.userHeader), options.userPrefix);
    if (name === '')
      throw unauthorized(`Expected the header ${options.userHeader} to say who you are; it is missing or empty.`);
    // The name without its prefix may begin with a space, which no header can carry to the API server.
    if (!isHeaderText(name)) throw notText(options.userHeader);
    const groups = (headers[groupsHeader] ?? []).map((group) => textOf(group, options.groupsHeader));
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

/**
 * Returns a header's value as text.
 * @throws {StatusError} Unauthorized if its bytes are not UTF-8, or have control characters: names must not be confused
 */
function textOf(value: string, header: string): string {
  const text = decodeHeader(value);
  if (text === undefined || !isHeaderText(text)) throw notText(header);
  return text;
}

function notText(header: string): StatusError {
  return unauthorized(
    `Expected the header ${header} as UTF-8 text without control characters and without spaces around it.`,
  );
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
