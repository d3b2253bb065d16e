import type { IncomingRequest } from '../request.ts';
import { badRequestError, unauthorizedError } from '../status.ts';
import {
  ANONYMOUS,
  AUTHENTICATED,
  MASTERS,
  serviceAccountGroups,
  serviceAccountIn,
  UNAUTHENTICATED,
  type User,
  userInfoOf,
} from './user.ts';
import { type JsonObject, stringAt, stringsAt } from '../json.ts';

const ALWAYS_ALLOWED_PATHS = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/u;
const ANONYMOUS_USER: User = { name: ANONYMOUS, groups: [UNAUTHENTICATED] };

/**
 * Returns the user that sends the request, before impersonation. Requests without a token are anonymous on the paths of
 * health and version, and refused on all others.
 * @throws {ApiStatusError} 401 without a known token
 */
export function authenticate(
  tokens: TokenAuthenticator,
  { headers, path }: Pick<IncomingRequest, 'headers' | 'path'>,
): User {
  const { authorization } = headers;
  if (authorization === undefined && ALWAYS_ALLOWED_PATHS.test(path)) return ANONYMOUS_USER;
  const user = bearerTokenUser(tokens, authorization);
  if (!user) throw unauthorizedError();
  return user;
}

/** Returns the user of the bearer token in an Authorization header; undefined without a known one. */
export function bearerTokenUser(tokens: TokenAuthenticator, authorization = ''): User | undefined {
  return tokens.userOf(/^bearer (\S+)/iu.exec(authorization)?.[1] ?? '');
}

/** User that a bearer token authenticates. */
export interface TokenUser {
  readonly token: string;
  /** `system:serviceaccount:<namespace>:<name>` is a service account and implies its groups. */
  readonly name: string;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  /** The token is refused from this time on. By default it does not expire. */
  readonly expiresAt?: Date | undefined;
}

export type TokenAuthenticator = ReturnType<typeof createTokenAuthenticator>;

const ADMIN: User = { name: 'system:admin', groups: [MASTERS, AUTHENTICATED] };

/** Creates an authenticator of bearer tokens. `adminToken` returns the current token of the administrator. */
export function createTokenAuthenticator(users: readonly TokenUser[], adminToken: () => string) {
  const byToken = new Map(users.map((user) => [user.token, user]));
  return {
    /** Replaces the user of the same token, if there is one. */
    add: (user: TokenUser): void => void byToken.set(user.token, user),
    revoke: (token: string): void => void byToken.delete(token),
    userOf(token: string): User | undefined {
      if (token === adminToken()) return ADMIN;
      const user = byToken.get(token);
      if (!user || (user.expiresAt && user.expiresAt.getTime() <= Date.now())) return undefined;
      return { name: user.name, uid: user.uid, groups: groupsOf(user) };
    },
  };
}

function groupsOf({ name, groups = [] }: TokenUser): readonly string[] {
  const account = serviceAccountIn(name);
  const implied = account ? serviceAccountGroups(account.namespace) : [];
  return [...new Set([...implied, ...groups, AUTHENTICATED])];
}

/** Audiences of every token: simulated tokens carry none themselves. */
const AUDIENCES = ['https://kubernetes.default.svc'];

/** Returns the status of a TokenReview. @throws {ApiStatusError} 400 without a token */
export function reviewToken(tokens: TokenAuthenticator, { spec }: JsonObject): JsonObject {
  const token = stringAt(spec, 'token') ?? '';
  if (token === '') throw badRequestError('token is required for TokenReview in authentication');
  const asked = stringsAt(spec, 'audiences');
  const audiences = asked.length === 0 ? AUDIENCES : AUDIENCES.filter((audience) => asked.includes(audience));
  const user = tokens.userOf(token);
  if (!user || audiences.length === 0) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, user: userInfoOf(user), audiences };
}
