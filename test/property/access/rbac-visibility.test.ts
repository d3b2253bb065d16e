import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import type { AccessMode, Scope } from '../../../src/auth/visibility-scope.ts';
import type { VisibilityResolver } from '../../../src/auth/visibility-resolver.ts';
import { StorageClass } from '../../../src/kinds/storage-class/resource.ts';
import { Workspace } from '../../../src/kinds/workspace/resource.ts';
import { WorkspaceKind } from '../../../src/kinds/workspace-kind/resource.ts';
import type { Resource } from '../../../src/kubernetes/resource.ts';
import { NAMES, NAMESPACES, RbacChanges, USERS } from '../../support/access/rbac-changes.ts';
import { RbacStorage } from '../../support/access/rbac-storage.ts';
import { authorizerFor, resolverFor, ReviewedUser } from '../../support/access/reviewed-user.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';

const seeds = seedsOf(process.env['RBAC_SEEDS'] ?? '10');
const ROUNDS = 15;
const resources: readonly Resource[] = [Workspace, WorkspaceKind, StorageClass];
const modes: readonly AccessMode[] = ['read', 'watch'];

/** Returns what reviews of every namespace and every name show. */
async function reviewedScope(resolver: VisibilityResolver, resource: Resource, mode: AccessMode) {
  const { full, redacted } = await resolver.resolve(resource, mode);
  const verbs = mode === 'watch' ? ['get', 'watch'] : ['get'];
  const isNamed = async (name: string) => {
    const decisions = await Promise.all(verbs.map(async (verb) => resolver.can(verb, resource, { name })));
    return decisions.every(Boolean);
  };
  if (resource.namespaced || full === 'all') return { full: namesOf(full), redacted: namesOf(redacted) };
  const named = await Promise.all(NAMES.map(isNamed)); // without the index, names are not found
  return { full: NAMES.filter((_, index) => named[index]).toSorted(), redacted: namesOf(redacted) };
}

/** Returns the scope, reduced to the names that are reviewed. */
async function shownScope(resolver: VisibilityResolver, resource: Resource, mode: AccessMode) {
  const { full, redacted } = await resolver.resolve(resource, mode);
  return { full: namesOf(full), redacted: namesOf(redacted) };
}

function namesOf(scope: Scope): 'all' | readonly string[] {
  return scope === 'all' ? scope : [...scope].toSorted();
}

it.each(seeds)(
  'shows with the index and kept decisions what reviews of everything show, with seed %i',
  async (seed) => {
    const changes = new RbacChanges(seededRandom(seed));
    const storage = new RbacStorage(changes.initial());
    const indexed = authorizerFor(storage);
    const mistakes: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const step = changes.act(storage);
      for (const user of USERS) {
        const { viewer } = new ReviewedUser(storage, user);
        for (const resource of resources) {
          for (const mode of modes) {
            const resolver = resolverFor(indexed, viewer, NAMESPACES);
            const all = resolverFor(authorizerFor(undefined), viewer, NAMESPACES);
            const shown = await shownScope(resolver, resource, mode);
            const expected = await reviewedScope(all, resource, mode);
            const about = `${user.name} ${mode} ${resource.plural} after ${step}`;
            if (!isDeepStrictEqual(shown, expected))
              mistakes.push(`${about}: ${JSON.stringify(shown)} is not ${JSON.stringify(expected)}`);
          }
        }
      }
    }
    expect(mistakes.slice(0, 3), `again: RBAC_SEEDS=${seed}-${seed}`).toEqual([]);
  },
);
