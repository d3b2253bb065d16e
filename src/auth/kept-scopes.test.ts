import { describe, expect, it } from 'vitest';
import { grantIn, grantName, viewing } from '../../test/support/access/grants.ts';
import { RbacStorage } from '../../test/support/access/rbac-storage.ts';
import { authorizerFor, resolverFor, ReviewedUser } from '../../test/support/access/reviewed-user.ts';
import { Namespace } from '../kinds/namespace/resource.ts';
import { StorageClass } from '../kinds/storage-class/resource.ts';
import { Workspace } from '../kinds/workspace/resource.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { Authorizer } from './authorizer.ts';
import type { AccessMode } from './visibility-scope.ts';
import { VisibilityResolver } from './visibility-resolver.ts';

const ann = { name: 'ann', groups: [] };
const bob = { name: 'bob', groups: [] };
const NAMESPACES = Array.from({ length: 1_000 }, (_, index) => `ns-${index}`);
const rights = [...grantIn('ns-1', 'ann', viewing), ...grantIn('ns-2', 'ann', viewing)];
const moreRights = grantIn('ns-3', 'ann', viewing);

/** Returns a function that resolves the scope of a resource as a new operation of a user. */
function operationsOf(authorizer: Authorizer, { viewer }: ReviewedUser) {
  return (resource: Resource, mode: AccessMode = 'read', namespaces: readonly string[] = NAMESPACES) =>
    resolverFor(authorizer, viewer, namespaces).resolve(resource, mode);
}

describe('a kept scope', () => {
  it('shares a kept scope between all operations of a viewer, and not with another viewer', async () => {
    const storage = new RbacStorage(rights);
    const authorizer = authorizerFor(storage);
    const resolve = operationsOf(authorizer, new ReviewedUser(storage, ann));
    const first = await resolve(Workspace);
    expect(await resolve(Workspace)).toBe(first);
    expect(await resolve(Workspace, 'watch')).not.toBe(first);
    const other = await operationsOf(authorizer, new ReviewedUser(storage, bob))(Workspace);
    expect([first, other]).toMatchObject([{ full: new Set(['ns-1', 'ns-2']) }, { full: new Set() }]);
  });

  it('resolves a kept scope again when a change of RBAC affects it, and only then', async () => {
    const storage = new RbacStorage(rights);
    const authorizer = authorizerFor(storage);
    const user = new ReviewedUser(storage, ann);
    const resolve = operationsOf(authorizer, user);
    const [before, classes] = [await resolve(Workspace), await resolve(StorageClass)];
    for (const object of grantIn('ns-4', 'bob', viewing)) storage.apply(object);
    expect(await resolve(Workspace)).toBe(before);
    for (const object of moreRights) storage.apply(object);
    const reviews = user.reviews.length;
    expect(await resolve(Workspace)).toEqual({ full: new Set(['ns-1', 'ns-2', 'ns-3']), redacted: new Set() });
    expect(user.reviews.length - reviews).toBe(1);
    expect(await resolve(StorageClass)).toBe(classes);
    storage.delete({ kind: 'RoleBinding', apiVersion: '', metadata: { name: grantName('ann'), namespace: 'ns-1' } });
    expect((await resolve(Workspace)).full).toEqual(new Set(['ns-2', 'ns-3']));
  });

  it('keeps no scope when a change affects it while it is resolved', async () => {
    const storage = new RbacStorage(rights);
    const authorizer = authorizerFor(storage);
    let isChanged = false;
    const user = new ReviewedUser(storage, ann, {
      foreign: ({ namespace }) => {
        if (namespace !== 'ns-2' || isChanged) return undefined;
        isChanged = true;
        for (const object of moreRights) storage.apply(object);
        return undefined;
      },
    });
    const resolve = operationsOf(authorizer, user);
    await resolve(Workspace);
    expect((await resolve(Workspace)).full).toEqual(new Set(['ns-1', 'ns-2', 'ns-3']));
  });

  it('lives as long as its decisions, and not longer than a recheck accepts', async () => {
    let now = 0;
    const storage = new RbacStorage(rights);
    const authorizer = authorizerFor(storage, { now: () => now });
    const user = new ReviewedUser(storage, ann);
    const resolve = operationsOf(authorizer, user);
    await resolve(Workspace);
    const recheck = async (notBefore: number) => {
      const before = user.reviews.length;
      const { viewer } = user;
      const options = { viewer, authorizer, namespaces: () => NAMESPACES, notBefore, isRecheck: true };
      await new VisibilityResolver(options).resolve(Workspace, 'read');
      return user.reviews.length - before;
    };
    now = 59_000;
    expect(await recheck(now)).toBe(0);
    now = 151_000; // half of the time to live has passed, and samples are due
    expect(await recheck(now)).toBe(1 + 2 + 2);
    now = 151_000 + 59_000;
    const reviews = user.reviews.length;
    await resolve(Workspace);
    expect(user.reviews).toHaveLength(reviews);
  });

  it('is used while the oldest of its decisions is new enough', async () => {
    let now = 0;
    const storage = new RbacStorage(rights);
    const authorizer = authorizerFor(storage, { now: () => now });
    const user = new ReviewedUser(storage, ann);
    const reviewsWith = async (conditions: { readonly notBefore?: number; readonly isRecheck?: boolean }) => {
      const before = user.reviews.length;
      const options = { viewer: user.viewer, authorizer, namespaces: () => NAMESPACES, ...conditions };
      await new VisibilityResolver(options).resolve(Workspace, 'read');
      return user.reviews.length - before;
    };
    await reviewsWith({});
    now = 100_000;
    for (const object of moreRights) storage.apply(object);
    now += 1;
    expect(await reviewsWith({})).toBe(1 + 2); // the new namespace and samples
    expect(await reviewsWith({ notBefore: 0 })).toBe(0);
    now = 151_000; // more than half of the time to live of the first decisions
    expect(await reviewsWith({ notBefore: now, isRecheck: true })).toBe(1 + 2);
    expect(await reviewsWith({ notBefore: 120_000 })).toBe(1); // that of the new namespace
  });

  it('ends with the oldest of its decisions, also when a namespace was added', async () => {
    const names = ['ns-1', 'ns-2'];
    let now = 0;
    const storage = new RbacStorage(rights);
    const resolve = operationsOf(authorizerFor(undefined, { now: () => now }), new ReviewedUser(storage, ann));
    await resolve(Workspace, 'read', names);
    now = 8_000; // the denial in the whole cluster has ended, and not the permissions
    await resolve(Workspace, 'read', names);
    now = 9_000;
    expect((await resolve(Workspace, 'read', [...names, 'new'])).full).toEqual(new Set(names));
    storage.delete({ kind: 'RoleBinding', apiVersion: '', metadata: { name: grantName('ann'), namespace: 'ns-1' } });
    now = 10_000;
    expect((await resolve(Workspace, 'read', [...names, 'new'])).full).toEqual(new Set(['ns-2']));
  });

  it('ends when the watches of RBAC are interrupted, since it may lack a change', async () => {
    let now = 0;
    const [storage, server] = [new RbacStorage(rights), new RbacStorage(rights)];
    const authorizer = authorizerFor(storage, { now: () => now });
    const resolve = operationsOf(authorizer, new ReviewedUser(storage, ann, { received: () => server }));
    await resolve(Workspace);
    storage.interruption = { since: 1_000, isForbidden: false };
    server.delete({ kind: 'RoleBinding', apiVersion: '', metadata: { name: grantName('ann'), namespace: 'ns-1' } });
    now = 11_000; // the time to live of a decision whose changes are not observed
    expect((await resolve(Workspace)).full).toEqual(new Set(['ns-2']));
  });

  it('discards a kept scope when others fill the bound, and then resolves it again from cached decisions', async () => {
    const names = NAMESPACES.slice(0, 900);
    const storage = new RbacStorage(names.flatMap((name) => grantIn(name, 'ann', viewing)));
    const authorizer = authorizerFor(storage);
    const user = new ReviewedUser(storage, ann);
    const resolve = operationsOf(authorizer, user);
    const first = await resolve(Workspace);
    const reviews = user.reviews.length;
    const about = [Workspace, 'read'] as const;
    const kept = authorizer.scopes.find(user.viewer, about, {});
    if (!kept) throw new TypeError('Expected a kept scope.');
    for (let index = 0; index < 1_000; index += 1) {
      const { viewer } = new ReviewedUser(storage, { name: `viewer-${index}`, groups: [] });
      const access = authorizer.accessOf(viewer);
      access?.takeSamples(); // a scope is not kept while samples are due
      authorizer.scopes.keep(viewer, about, { ...kept, access });
    }
    expect(authorizer.scopes.find(user.viewer, about, {})).toBeUndefined();
    const again = await resolve(Workspace);
    expect(again).toEqual(first);
    expect(user.reviews.filter(({ resource }) => resource === 'workspaces').length).toBeLessThanOrEqual(reviews + 2);
  });
});

describe.each([Workspace, Namespace] as readonly Resource[])(
  'a namespace that appears or goes, for $plural',
  (resource) => {
    it('decides each scope alone when every namespace is reviewed', async () => {
      const storage = new RbacStorage(rights);
      const user = new ReviewedUser(storage, ann);
      const resolve = operationsOf(authorizerFor(undefined), user);
      const reviewsOf = async (namespaces: readonly string[]) => {
        const before = user.reviews.length;
        const scope = await resolve(resource, 'read', namespaces);
        return { scope, reviews: user.reviews.length - before };
      };
      await resolve(resource);
      for (const object of grantIn('new', 'ann', viewing)) storage.apply(object);
      const more = await reviewsOf([...NAMESPACES, 'new']);
      const seen = resource.namespaced ? more.scope.full : more.scope.redacted;
      expect(seen).toEqual(new Set(['ns-1', 'ns-2', 'new']));
      expect(more.reviews).toBeLessThanOrEqual(3); // also of the Namespace itself, for all names and for its own
      const fewer = await reviewsOf(NAMESPACES.slice(2));
      expect(resource.namespaced ? fewer.scope.full : fewer.scope.redacted).toEqual(new Set(['ns-2']));
      expect(fewer.reviews).toBe(0);
    });
  },
);
