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
export function authenticate(tokens: Tokens, { headers, path }: IncomingRequest): User {
  const { authorization } = headers;
  if (authorization === undefined && OPEN_PATHS.test(path)) return NOBODY;
  const user = tokens.userOf(bearerIn(authorization ?? ''));
  if (!user) throw unauthorized();
  return user;
}

function bearerIn(authorization: string): string {
  return /^bearer (\S+)/iu.exec(authorization)?.[1] ?? '';
}
