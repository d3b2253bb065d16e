import { hash } from 'node:crypto';
import type { Client } from '../../kubernetes/client.ts';
import { boolean, listOf, object, string } from '../../kubernetes/decoder.ts';
import { decodeHeader } from '../../kubernetes/header-text.ts';
import { unauthorized, type Authenticator, type Credentials } from '../authenticator.ts';
import { expiryOfToken } from '../../kubernetes/json-web-token.ts';
import { invalidResponse, StatusError } from '../../kubernetes/status-error.ts';
import { TtlCache } from '../../kubernetes/ttl-cache.ts';
import { selfAccessReview } from '../access-reviews.ts';
import { clientAddressOf, trustedProxyMatcher } from '../client-address.ts';
import { FailedAuthentications } from '../failed-authentications.ts';
import { ReviewMonitor } from '../review-monitor.ts';
import type { Viewer } from '../viewer.ts';

const MAX_TOKENS = 10_000;
const MAX_TOKEN_BYTES = 16 * 2 ** 20;
const MAX_FAILED_PER_MINUTE = 20;
/** Limit on the characters of a token, which each request to the API server carries. */
const MAX_TOKEN_LENGTH = 16_384;
const ACCEPTED_TTL_MS = 60_000;
/** Time without a response after which token reviews hang, and results within their grace are used. */
const PATIENCE_MS = 1_000;
const REJECTED_TTL_MS = 5_000;

const tokenReview = object({
  kind: string,
  status: object({ authenticated: boolean, user: object({ username: string, groups: listOf(string) }) }),
});

/** User that a token authenticates; undefined if it is invalid. */
type Owner = Pick<Viewer, 'name' | 'groups' | 'key'> | undefined;

function sizeOfOwner(owner: Owner): number {
  return 2 * (owner ? [owner.key, owner.name, ...owner.groups].reduce((size, text) => size + text.length + 16, 0) : 0);
}

interface TokenAuthenticatorOptions {
  /** Time, after its TTL, for which the last result holds while the API server reviews no token. */
  readonly graceMs: number;
  /** Networks of the proxies whose `X-Forwarded-For` is believed. None by default. */
  readonly trustedProxyCidrs?: readonly string[];
  /** Failures of one client address that are allowed at once, and then per minute; 20 by default. */
  readonly maxFailedAuthenticationsPerMinute?: number;
  /** Maximum time for which a result of an accepted token holds; 60 s by default and at most. */
  readonly acceptedTtlMs?: number;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * Authenticates bearer tokens by TokenReview. Caches up to 10,000 results under the digest of the token: users until the
 * token expires, at most 60 s; rejections for 5 s. While tokens cannot be reviewed, a result holds for the grace after that, but
 * not after the token's expiry. The viewer's requests to the API server carry the token.
 *
 * Tokens that are not cached as accepted are reviewed within the limit of failed authentications of the client's address.
 */
export function tokenAuthenticator(client: Client, options: TokenAuthenticatorOptions): Authenticator {
  const owners = new TtlCache<Owner>({
    maxEntries: MAX_TOKENS,
    maxBytes: MAX_TOKEN_BYTES,
    sizeOf: sizeOfOwner,
    ...options,
  });
  const acceptedTtlMs = Math.min(options.acceptedTtlMs ?? ACCEPTED_TTL_MS, ACCEPTED_TTL_MS);
  const monitor = new ReviewMonitor(PATIENCE_MS);
  const failures = new FailedAuthentications({
    maxPerMinute: options.maxFailedAuthenticationsPerMinute ?? MAX_FAILED_PER_MINUTE,
    now: options.now,
  });
  const review = (token: BearerToken) => monitor.observe(reviewToken(client, token)).catch(notAboutToken);
  const ownerOf = async (token: BearerToken, address: string): Promise<NonNullable<Owner>> => {
    const { digest } = token;
    const last = token.millisecondsLeft > 0 ? owners.getStale(digest) : undefined;
    const load = async () => {
      const found = await (last ? review(token) : failures.limit(address, () => review(token)));
      return { value: found, ttlMs: found ? Math.min(acceptedTtlMs, token.millisecondsLeft) : REJECTED_TTL_MS };
    };
    const found = owners.get(digest, load, { servesStale: () => token.millisecondsLeft > 0 });
    const owner = await (last ? monitor.unlessHanging(found, last) : found);
    if (owner) return owner;
    throw unauthorized('The cluster does not accept this bearer token: it is unknown, revoked, or has expired.');
  };
  const isTrustedProxy = trustedProxyMatcher(options.trustedProxyCidrs ?? []);
  return async (credentials) => {
    const token = new BearerToken(tokenIn(credentials));
    const address = clientAddressOf(credentials, isTrustedProxy);
    return viewerOf(client, token, () => ownerOf(token, address));
  };
}

/** @throws {StatusError} 401 Unauthorized if there is no token, or it is too long */
function tokenIn({ header, connectionParams }: Credentials): string {
  const token = bearerIn(decodeHeader(header('authorization')[0] ?? '')) ?? bearerIn(authorizationIn(connectionParams));
  if (token === undefined)
    throw unauthorized(
      'Expected a bearer token: the header `Authorization: Bearer …`, or on a WebSocket { "authorization": "Bearer …" } as payload of connection_init.',
    );
  if (token.length <= MAX_TOKEN_LENGTH) return token;
  throw unauthorized(`Expected a bearer token of at most ${MAX_TOKEN_LENGTH} characters, got ${token.length}.`);
}

async function viewerOf(
  client: Client,
  { text }: BearerToken,
  authenticate: () => Promise<NonNullable<Owner>>,
): Promise<Viewer> {
  let owner = await authenticate();
  const own = client.withToken(text);
  return {
    get name() {
      return owner.name;
    },
    get groups() {
      return owner.groups;
    },
    get key() {
      return owner.key;
    },
    client: own,
    clientIdentity: 'viewer',
    reviewAccess: selfAccessReview(own),
    reauthenticate: async () => {
      owner = await authenticate();
    },
  };
}

/** An API server that refuses the gateway, or wants fewer requests, says nothing about the token. */
function notAboutToken(error: unknown): never {
  if (!(error instanceof StatusError) || (error.code !== 401 && error.code !== 429)) throw error;
  const { message } = error;
  throw new StatusError({ code: 503, reason: 'ServiceUnavailable', message: `Cannot review a token: ${message}` });
}

async function reviewToken(client: Client, { text, digest }: BearerToken): Promise<Owner> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: text } };
  const { signal } = new AbortController(); // all callers share the result
  const answer = await client.request('POST', ['apis', 'authentication.k8s.io', 'v1', 'tokenreviews'], {
    signal,
    body,
  });
  const { kind, status } = tokenReview.decode(answer) ?? {};
  if (kind !== 'TokenReview' || !status)
    throw invalidResponse('Expected a TokenReview with a status from the API server.');
  const { authenticated, user } = status;
  if (authenticated !== true || !user?.username) return undefined;
  const { username: name, groups = [] } = user;
  // Two tokens of a user may have different permissions, and expire separately. An authenticator may look up the groups for
  // each review: the decisions about the old ones must end with them.
  return { name, groups, key: hash('sha256', JSON.stringify([digest, name, groups]), 'base64url') };
}

function bearerIn(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(?<token>\S+) *$/iu.exec(header)?.groups?.['token'] : undefined;
}

/** Returns the parameter named `authorization`, in any case. */
function authorizationIn(params: Readonly<Record<string, unknown>> = {}): unknown {
  return Object.entries(params).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

/** A bearer token with its digest and its expiry, each computed once for a request. */
class BearerToken {
  readonly text: string;
  /** SHA-256 of the token. */
  readonly digest: string;
  /** Time of the token's `exp` claim in milliseconds since the epoch. Undefined if it has none. */
  readonly #expiry: number | undefined;

  constructor(text: string) {
    this.text = text;
    this.digest = hash('sha256', text, 'base64url');
    this.#expiry = expiryOfToken(text);
  }

  /** Time until the token's `exp` claim, not below 0; the longest TTL if it has none. */
  get millisecondsLeft(): number {
    return this.#expiry === undefined ? ACCEPTED_TTL_MS : Math.max(0, this.#expiry - Date.now());
  }
}
