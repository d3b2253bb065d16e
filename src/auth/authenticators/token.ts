import { createHash } from 'node:crypto';
import type { Client } from '../../kubernetes/client.ts';
import { boolean, listOf, object, string } from '../../kubernetes/decoder.ts';
import { decodeHeader } from '../../kubernetes/header-text.ts';
import { unauthorized, type Authenticator } from '../authenticator.ts';
import { invalidResponse } from '../../kubernetes/status-error.ts';
import { TtlCache } from '../../kubernetes/ttl-cache.ts';
import { selfAccessReview } from '../access-reviews.ts';
import { ReviewMonitor } from '../review-monitor.ts';
import type { Viewer } from '../viewer.ts';

const MAX_TOKENS = 10_000;
const ACCEPTED_TTL_MS = 60_000;
/** Time without a response after which token reviews hang, and results within their grace are used. */
const PATIENCE_MS = 1_000;
const REJECTED_TTL_MS = 5_000;

const tokenReview = object({
  kind: string,
  status: object({ authenticated: boolean, user: object({ username: string, groups: listOf(string) }) }),
});

/** User that a token authenticates; undefined if it is invalid. */
type Owner = { readonly name: string; readonly groups: readonly string[] } | undefined;

interface TokenAuthenticatorOptions {
  /** Time, after its TTL, for which the last result holds while the API server reviews no token. */
  readonly graceMs: number;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * Authenticates bearer tokens by TokenReview. Caches up to 10,000 results under the digest of the token: users until the
 * token expires, at most 60 s; rejections for 5 s. While tokens cannot be reviewed, a result holds for the grace after that, but
 * not after the token's expiry. The viewer's requests to the API server carry the token.
 */
export function tokenAuthenticator(client: Client, options: TokenAuthenticatorOptions): Authenticator {
  const owners = new TtlCache<Owner>({ maxEntries: MAX_TOKENS, ...options });
  const monitor = new ReviewMonitor(PATIENCE_MS);
  const ownerOf = async (token: string): Promise<NonNullable<Owner>> => {
    const load = async () => {
      const found = await monitor.observe(reviewToken(client, token));
      return { value: found, ttlMs: found ? Math.min(ACCEPTED_TTL_MS, millisecondsLeft(token)) : REJECTED_TTL_MS };
    };
    const last = millisecondsLeft(token) > 0 ? owners.getStale(digestOf(token)) : undefined;
    const found = owners.get(digestOf(token), load, { servesStale: () => millisecondsLeft(token) > 0 });
    const owner = await (last ? monitor.unlessHanging(found, last) : found);
    if (owner) return owner;
    throw unauthorized('The cluster does not accept this bearer token: it is unknown, revoked, or has expired.');
  };
  return async ({ headers, connectionParams }) => {
    const token =
      bearerIn(decodeHeader(headers['authorization']?.[0] ?? '')) ?? bearerIn(authorizationIn(connectionParams));
    if (token === undefined)
      throw unauthorized(
        'Expected a bearer token: the header `Authorization: Bearer …`, or on a WebSocket { "authorization": "Bearer …" } as payload of connection_init.',
      );
    return viewerOf(client, token, ownerOf);
  };
}

async function viewerOf(
  client: Client,
  token: string,
  ownerOf: (token: string) => Promise<NonNullable<Owner>>,
): Promise<Viewer> {
  const { name, groups } = await ownerOf(token);
  const own = client.withToken(token);
  return {
    name,
    groups,
    // Two tokens of a user may have different permissions, and expire separately.
    key: digestOf(token),
    client: own,
    clientIdentity: 'viewer',
    reviewAccess: selfAccessReview(own),
    reauthenticate: async () => void (await ownerOf(token)),
  };
}

async function reviewToken(client: Client, token: string): Promise<Owner> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const { signal } = new AbortController(); // all callers share the result
  const answer = await client.request('POST', ['apis', 'authentication.k8s.io', 'v1', 'tokenreviews'], {
    signal,
    body,
  });
  const { kind, status } = tokenReview.decode(answer) ?? {};
  if (kind !== 'TokenReview') throw invalidResponse('Expected a TokenReview from the API server.');
  const { authenticated, user } = status ?? {};
  return authenticated === true && user?.username ? { name: user.username, groups: user.groups ?? [] } : undefined;
}

/** Node limits the headers of a request to this length; the payload of connection_init may be longer. */
const MAX_HEADER_LENGTH = 16_384;

function bearerIn(header: unknown): string | undefined {
  return typeof header === 'string' && header.length <= MAX_HEADER_LENGTH
    ? /^Bearer +(?<token>\S+) *$/iu.exec(header)?.groups?.['token']
    : undefined;
}

/** Returns the parameter named `authorization`, in any case. */
function authorizationIn(params: Readonly<Record<string, unknown>> = {}): unknown {
  return Object.entries(params).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Returns the time until the token's `exp` claim; the longest TTL if it has none. */
function millisecondsLeft(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { readonly exp?: unknown };
    return typeof exp === 'number' ? Math.max(0, exp * 1_000 - Date.now()) : ACCEPTED_TTL_MS;
  } catch {
    return ACCEPTED_TTL_MS; // not a JSON Web Token
  }
}
