import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Client } from '../../kubernetes/client.ts';
import { decodeHeader, isHeaderText } from '../../kubernetes/header-text.ts';
import type { StatusError } from '../../kubernetes/status-error.ts';
import { unauthorized, type Authenticator } from '../authenticator.ts';
import { subjectAccessReview } from '../access-reviews.ts';
import { addressMatcher } from '../client-address.ts';
import type { Viewer } from '../viewer.ts';

/** Headers that a trusted proxy sets. The proxy must remove those that clients send. */
export interface HeaderAuthenticatorOptions {
  /** Name of the header with the user's name. */
  readonly userHeader: string;
  /** Prefix that is removed from the name, once. */
  readonly userPrefix: string;
  /** Name of the header with groups. Each occurrence is one group, unless there is a separator. */
  readonly groupsHeader: string;
  /** Text between the groups in one header, such as a comma. Empty: values are not split. */
  readonly groupsSeparator: string;
  /** Networks of the proxies, e.g. `10.0.0.0/8`. If empty, every peer is trusted. */
  readonly trustedProxyCidrs: readonly string[];
  /** Whether names and groups may begin with `system:`, which Kubernetes reserves for its components and administrators. */
  readonly allowSystemIdentities: boolean;
  /** Whether writes impersonate the viewer. Otherwise the gateway writes with its own credentials after a review. */
  readonly impersonate: boolean;
}

/** Bound of the kept viewers in bytes, and the memory of one without its headers. */
const [MAX_VIEWER_BYTES, VIEWER_BYTES] = [4 * 2 ** 20, 1_000];
/** Memory of a character of the headers: in the key, the names and their encoded form. */
const CHARACTER_BYTES = 4;

/**
 * Authenticates by headers. Groups are used as given: `system:authenticated` is not added. Equal headers are the same viewer, which is
 * kept: to decode the headers again takes as long as the rest of the admission of a request.
 */
export function headerAuthenticator(client: Client, options: HeaderAuthenticatorOptions): Authenticator {
  const userHeader = options.userHeader.toLowerCase();
  const groupsHeader = options.groupsHeader.toLowerCase();
  const isTrusted = addressMatcher(options.trustedProxyCidrs);
  const viewers = new LRUCache<string, Viewer>({
    maxSize: MAX_VIEWER_BYTES,
    sizeCalculation: (_, key) => VIEWER_BYTES + CHARACTER_BYTES * key.length,
  });
  return ({ header, remoteAddress }) => {
    const values = header(userHeader);
    if (values.some((value) => value !== '') && !isTrusted(remoteAddress)) {
      throw unauthorized(
        'Identity headers are accepted from TRUSTED_PROXY_CIDRS only, and this request came from elsewhere.',
      );
    }
    const user = singleValue(values, options.userHeader);
    const groups = header(groupsHeader);
    const key = [user, ...groups].join('\n'); // no header has a line break in its value
    let viewer = viewers.get(key);
    if (!viewer) {
      viewer = viewerOf({ user, groups }, client, options);
      viewers.set(key, viewer);
    }
    return viewer;
  };
}

/** @param headers values of the headers */
function viewerOf(
  headers: { readonly user: string; readonly groups: readonly string[] },
  client: Client,
  options: HeaderAuthenticatorOptions,
): Viewer {
  const name = withoutPrefix(textOf(headers.user, options.userHeader), options.userPrefix);
  if (name === '') throw unauthorized(`Expected the header ${options.userHeader} with your user name, got none.`);
  // The name without its prefix may begin with a space, which no header can carry to the API server.
  if (!isHeaderText(name)) throw notText(options.userHeader);
  const groups = groupsIn(headers.groups, options);
  if (!options.allowSystemIdentities) refuseSystemIdentities([name, ...groups]);
  return {
    name,
    groups,
    key: hash('sha256', JSON.stringify([name, groups.toSorted()]), 'base64url'), // it is in the key of each decision
    client: options.impersonate ? client.impersonating({ name, groups }) : client,
    clientIdentity: options.impersonate ? 'viewer' : 'gateway',
    reviewAccess: subjectAccessReview(client, name, groups),
    reauthenticate: () => Promise.resolve(),
  };
}

function groupsIn(
  values: readonly string[],
  { groupsHeader, groupsSeparator }: Pick<HeaderAuthenticatorOptions, 'groupsHeader' | 'groupsSeparator'>,
): readonly string[] {
  const texts = values.map((value) => textOf(value, groupsHeader));
  if (groupsSeparator === '') return texts;
  const split = texts.flatMap((text) => text.split(groupsSeparator).map((group) => group.trim()));
  return split.filter((group) => group !== '');
}

/**
 * Returns the value of a header that may occur once, or an empty string. Throws Unauthorized if the header is repeated, or
 * if a proxy has joined several of them with commas: one of the values may be the client's own.
 */
function singleValue(values: readonly string[], header: string): string {
  const [value = '', ...others] = values;
  if (others.length === 0 && !value.includes(',')) return value;
  throw unauthorized(
    `Expected one header ${header} without commas, got several values. The proxy has to remove the header that clients send.`,
  );
}

function refuseSystemIdentities(names: readonly string[]): void {
  const reserved = names.find((name) => name.startsWith('system:'));
  if (reserved === undefined) return;
  throw unauthorized(
    `Expected a user name and groups without the prefix "system:", got ${JSON.stringify(reserved)}. An administrator of the gateway can set ALLOW_SYSTEM_IDENTITIES=true.`,
  );
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Returns a header's value as text. Throws Unauthorized if it is not UTF-8, or contains control characters. */
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
