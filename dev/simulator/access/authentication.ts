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
 * Who sends the request, before any impersonation. Nobody in particular may only come to the paths that tell how the
 * server does.
 * @throws {StatusError} 401
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

/** Whom the token of a request stands for; undefined without one that is known. */
export function bearerTokenUser(tokens: TokenAuthenticator, authorization = ''): User | undefined {
  return tokens.userOf(/^bearer (\S+)/iu.exec(authorization)?.[1] ?? '');
}

/** Somebody whom a bearer token stands for. */
export interface TokenUser {
  readonly token: string;
  /** `system:serviceaccount:<namespace>:<name>` is a service account, whose groups follow from that. */
  readonly name: string;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  /** From then on the token is refused. By default never. */
  readonly expiresAt?: Date | undefined;
}

export type TokenAuthenticator = ReturnType<typeof createTokenAuthenticator>;

const ADMIN: User = { name: 'system:admin', groups: [MASTERS, AUTHENTICATED] };

/** The bearer tokens that are known, beside the one of the administrator, which may change. */
export function createTokenAuthenticator(users: readonly TokenUser[], adminToken: () => string) {
  const byToken = new Map(users.map((user) => [user.token, user]));
  return {
    /** In place of whoever had the same token. */
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

/** For whom our tokens are meant: they say nothing themselves. */
const AUDIENCES = ['https://kubernetes.default.svc'];

/** Whom a token stands for. @throws {StatusError} 400 without a token */
export function reviewToken(tokens: TokenAuthenticator, { spec }: JsonObject): JsonObject {
  const token = stringAt(spec, 'token') ?? '';
  if (token === '') throw badRequestError('token is required for TokenReview in authentication');
  const asked = stringsAt(spec, 'audiences');
  const audiences = asked.length === 0 ? AUDIENCES : AUDIENCES.filter((audience) => asked.includes(audience));
  const user = tokens.userOf(token);
  if (!user || audiences.length === 0) return { user: {}, error: 'invalid bearer token' };
  return { authenticated: true, user: userInfoOf(user), audiences };
}
