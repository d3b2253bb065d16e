import type { IncomingRequest } from '../request.ts';
import { unauthorized } from '../status.ts';
import type { Tokens } from './tokens.ts';
import { ANONYMOUS, UNAUTHENTICATED, type User } from './user.ts';

const OPEN_PATHS = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/u;
const NOBODY: User = { name: ANONYMOUS, groups: [UNAUTHENTICATED] };

/**
 * Who sends the request, before any impersonation. Nobody in particular may only come to the paths that tell how the
 * server does.
 * @throws {StatusError} 401
 */
export function authenticate(tokens: Tokens, { headers, path }: Pick<IncomingRequest, 'headers' | 'path'>): User {
  const { authorization } = headers;
  if (authorization === undefined && OPEN_PATHS.test(path)) return NOBODY;
  const user = bearer(tokens, authorization);
  if (!user) throw unauthorized();
  return user;
}

/** Whom the token of a request stands for; undefined without one that is known. */
export function bearer(tokens: Tokens, authorization = ''): User | undefined {
  return tokens.userOf(/^bearer (\S+)/iu.exec(authorization)?.[1] ?? '');
}
