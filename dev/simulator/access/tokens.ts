import { AUTHENTICATED, MASTERS, serviceAccountGroups, serviceAccountIn, type User } from './user.ts';

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

export type Tokens = ReturnType<typeof createTokens>;

const ADMIN: User = { name: 'system:admin', groups: [MASTERS, AUTHENTICATED] };

/** The bearer tokens that are known, beside the one of the administrator, which may change. */
export function createTokens(users: readonly TokenUser[], adminToken: () => string) {
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
