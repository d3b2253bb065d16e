import type { ServerVersion } from '../server-version.ts';
import type { Storage } from '../storage.ts';
import type { AccessRequest } from './access-attributes.ts';
import { createGrants } from './grants.ts';
import { describeBinding } from './rbac-objects.ts';
import { allows, type Rule } from './policy-rules.ts';
import { MASTERS, type User } from './user.ts';

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it, or which roles were looked for in vain; may be empty. */
  readonly reason: string;
}

export interface UserRules {
  readonly rules: readonly Rule[];
  /** What is wrong with the bindings that were looked at; empty if nothing is. */
  readonly problem: string;
}

export type Authorizer = ReturnType<typeof createAuthorizer>;

/** Decides by the RBAC objects that are stored now. */
export function createAuthorizer(storage: Storage, { namesAuthorizers }: Pick<ServerVersion, 'namesAuthorizers'>) {
  const denied = namesAuthorizers ? 'rbac: RBAC: ' : 'RBAC: ';
  const grants = createGrants(storage);
  return {
    /** Must be called after the storage has been restored. */
    refresh: () => grants.refresh(),
    authorize(user: User, access: AccessRequest): Decision {
      if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
      const namespace = access.type === 'path' ? '' : access.namespace;
      const problems: string[] = [];
      for (const { binding, rules, problem } of grants.of(user, namespace)) {
        if (problem !== undefined) problems.push(problem);
        if (rules.some((rule) => allows(rule, access)))
          return { allowed: true, reason: `RBAC: allowed by ${describeBinding(binding, user)}` };
      }
      return { allowed: false, reason: problems.length > 0 ? `${denied}${joined(problems)}` : '' };
    },
    rulesFor(user: User, namespace: string): UserRules {
      const found = Array.from(grants.of(user, namespace));
      const problems = found.flatMap(({ problem }) => problem ?? []);
      return { rules: found.flatMap(({ rules }) => rules), problem: joined(problems) };
    },
  };
}

/** As Go prints several errors as one. */
function joined(problems: readonly string[]): string {
  const different = [...new Set(problems)];
  return different.length > 1 ? `[${different.join(', ')}]` : (different[0] ?? '');
}
