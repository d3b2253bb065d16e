import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { grantIn, viewing, kinds, grant } from '../../../test/support/access/grants.ts';
import { RbacStorage } from '../../../test/support/access/rbac-storage.ts';
import { authorizerFor, isAllowedBy, resolverFor, ReviewedUser } from '../../../test/support/access/reviewed-user.ts';
import { TrackedObjects } from '../../../test/support/heap.ts';
import { Workspace } from '../../kinds/workspace/resource.ts';
import { WorkspaceKind } from '../../kinds/workspace-kind/resource.ts';
import type { ResourceAttributes } from '../resource-attributes.ts';
import { EVERYTHING } from './access-change.ts';
import { ViewerAccesses } from './viewer-access.ts';

const ann = { name: 'ann', groups: [] };
const THOUSAND = Array.from({ length: 1_000 }, (_, index) => `ns-${index}`);
const LIST: ResourceAttributes = {
  verb: 'list',
  group: 'kubeflow.org',
  resource: 'workspaces',
  namespace: 'ns-1',
  name: null,
};
const [role, binding] = grantIn('ns-1', 'ann', viewing);

describe('a viewer of three of 1,000 namespaces', () => {
  const storage = new RbacStorage(
    ['ns-1', 'ns-2', 'ns-3'].flatMap((namespace) => [...grantIn(namespace, 'ann', viewing)]),
  );

  it('reviews the cluster, three namespaces and two samples when the viewer is bound in three of 1,000 namespaces', async () => {
    const user = new ReviewedUser(storage, ann);
    const authorizer = authorizerFor(storage);
    const { full } = await resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read');
    expect(full).toEqual(new Set(['ns-1', 'ns-2', 'ns-3']));
    expect(user.reviews).toHaveLength(1 + 3 + 2);
    await resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read');
    expect(user.reviews).toHaveLength(1 + 3 + 2);
  });

  it('reviews all namespaces when there is no index', async () => {
    const user = new ReviewedUser(storage, ann);
    const { full } = await resolverFor(authorizerFor(undefined), user.viewer, THOUSAND).resolve(Workspace, 'read');
    expect(full).toEqual(new Set(['ns-1', 'ns-2', 'ns-3']));
    expect(user.reviews).toHaveLength(1 + 1_000);
  });

  it('reviews all namespaces when the groups of the viewer are unknown', async () => {
    const { viewer, reviews } = new ReviewedUser(storage, { ...ann, hasUnknownGroups: true });
    await resolverFor(authorizerFor(storage), viewer, THOUSAND).resolve(Workspace, 'read');
    expect(reviews).toHaveLength(1 + 1_000);
  });
});

describe('permissions of another authorizer', () => {
  const webhook = { allowed: true, reason: 'allowed by the webhook' };

  it('finds permissions of another authorizer when a review of the cluster or of a candidate is allowed for another reason', async () => {
    const storage = new RbacStorage([role, binding]);
    const reported: string[] = [];
    const onForeignPermission = (_: unknown, { namespace }: ResourceAttributes, reason: string) =>
      reported.push(`${namespace}: ${reason}`);
    const options = { foreign: ({ namespace }: ResourceAttributes) => (namespace === null ? undefined : webhook) };
    const authorizer = authorizerFor(storage, { onForeignPermission });
    for (const name of ['ann', 'bob']) {
      const user = new ReviewedUser(storage, { ...ann, name }, options);
      const { full } = await resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read');
      expect(full).toEqual(new Set(THOUSAND));
    }
    expect(reported).toHaveLength(1);
    expect(reported[0]).toContain('allowed by the webhook');
  });

  it('finds permissions of another authorizer with two samples a minute of the namespaces that RBAC does not grant', async () => {
    let now = 0;
    const storage = new RbacStorage();
    const authorizer = authorizerFor(storage, { now: () => now });
    let isOpen = false;
    const foreign = ({ namespace }: ResourceAttributes) => (isOpen && namespace !== null ? webhook : undefined);
    const user = new ReviewedUser(storage, ann, { foreign });
    const seen = async () => (await resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read')).full;
    expect(await seen()).toEqual(new Set());
    expect(user.reviews).toHaveLength(1 + 2);
    isOpen = true;
    expect(await seen()).toEqual(new Set());
    now += 60_000;
    expect(await seen()).toEqual(new Set(THOUSAND));
  });

  it.each([
    { isKnown: false, samples: 0, title: 'waits' },
    { isKnown: true, samples: 2, title: 'are taken at once when another authorizer is known' },
  ])(
    'looks for no permissions of another authorizer while reviews of other viewers wait: $title',
    async ({ isKnown, samples }) => {
      const storage = new RbacStorage();
      const authorizer = authorizerFor(storage, { maxConcurrentReviews: 1 });
      const known = new ReviewedUser(storage, { ...ann, name: 'zoe' }, { foreign: () => webhook });
      if (isKnown) await isAllowedBy(authorizer, known.viewer, LIST);
      const { promise: response, resolve: respond } = Promise.withResolvers<void>();
      const others = ['bob', 'cho'].map((name) => {
        const { viewer } = new ReviewedUser(storage, { ...ann, name }, { response });
        return isAllowedBy(authorizer, viewer, LIST);
      });
      const user = new ReviewedUser(storage, ann);
      const resolved = resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read');
      await new Promise(setImmediate);
      respond();
      await Promise.all([...others, resolved]);
      expect(user.reviews).toHaveLength(1 + samples);
      await resolverFor(authorizer, user.viewer, THOUSAND).resolve(Workspace, 'read');
      expect(user.reviews).toHaveLength(1 + 2);
    },
  );

  it('includes every namespace that is allowed by RBAC before the index knows why, when a sample is one of them', async () => {
    const storage = new RbacStorage([role, binding]);
    const known = { allowed: true, reason: 'RBAC: allowed by RoleBinding "new"' };
    const user = new ReviewedUser(storage, ann, {
      foreign: ({ namespace }) => (namespace?.startsWith('new') ? known : undefined),
    });
    const namespaces = ['ns-1', 'new-1', 'new-2', 'new-3'];
    const { full } = await resolverFor(authorizerFor(storage), user.viewer, namespaces).resolve(Workspace, 'read');
    expect(full).toEqual(new Set(namespaces));
  });

  it('reviews permissions of another authorizer when a request is for one namespace', async () => {
    const storage = new RbacStorage();
    const user = new ReviewedUser(storage, ann, {
      foreign: ({ namespace }) => (namespace === 'ns-9' ? webhook : undefined),
    });
    const resolver = resolverFor(authorizerFor(storage), user.viewer, ['ns-9']);
    await expect(resolver.assertCan('create', Workspace, { namespace: 'ns-9' })).resolves.toBeUndefined();
    expect(await resolver.resolveNamespace(Workspace, 'ns-9', 'read')).toBeDefined();
  });

  it('suspects no permissions of another authorizer when the viewer is a member of system:masters', async () => {
    const storage = new RbacStorage();
    const user = new ReviewedUser(storage, { name: 'root', groups: ['system:masters'] });
    const reported: unknown[] = [];
    const authorizer = authorizerFor(storage, { onForeignPermission: (name) => reported.push(name) });
    const resolver = resolverFor(authorizer, user.viewer, []);
    expect((await resolver.resolve(Workspace, 'watch')).full).toBe('all');
    expect(await resolver.can('delete', Workspace, { namespace: 'ns-1', name: 'nb-1' })).toBe(true);
    expect(reported).toEqual([]);
  });
});

describe('a decision', () => {
  it('lives for the observed time, and ends with a change that can change it', async () => {
    let now = 0;
    const storage = new RbacStorage([
      role,
      binding,
      ...grantIn('ns-2', 'ann', viewing),
      ...grantIn('ns-1', 'bob', viewing),
    ]);
    const authorizer = authorizerFor(storage, { now: () => now });
    const user = new ReviewedUser(storage, ann);
    const isAllowed = () => isAllowedBy(authorizer, user.viewer, LIST);
    expect(await isAllowed()).toBe(true);
    now += 299_999;
    expect(await isAllowed()).toBe(true);
    now += 1;
    expect(await isAllowed()).toBe(true);
    expect(user.reviews).toHaveLength(2);
    for (const manifest of grantIn('ns-2', 'ann', viewing)) storage.delete(manifest);
    for (const manifest of grantIn('ns-1', 'bob', viewing)) storage.delete(manifest);
    storage.apply({ ...grant('ann', kinds())[0] });
    expect(await isAllowed()).toBe(true);
    expect(user.reviews).toHaveLength(2);
    now += 1;
    storage.delete(binding);
    expect(await isAllowed()).toBe(false);
    storage.apply(binding);
    now += 1;
    expect(await isAllowed()).toBe(true);
    expect(user.reviews).toHaveLength(4);
  });

  it('reviews a decision again until the API server has received the change', async () => {
    const storage = new RbacStorage([role, binding]);
    const late = new RbacStorage([role, binding]);
    const user = new ReviewedUser(storage, ann, { received: () => late });
    let waits = 0;
    const sleep = () => {
      waits += 1;
      if (waits === 3) late.delete(binding);
      return Promise.resolve();
    };
    const authorizer = authorizerFor(storage, { sleep });
    expect(await isAllowedBy(authorizer, user.viewer, LIST)).toBe(true);
    storage.delete(binding);
    expect(await isAllowedBy(authorizer, user.viewer, LIST)).toBe(false);
    expect(waits).toBe(3);
  });

  it('lives for the short time when the index does not explain it', async () => {
    let now = 0;
    const storage = new RbacStorage([role, binding]);
    const denied = { allowed: false, reason: 'denied by the webhook' };
    const user = new ReviewedUser(storage, ann, { foreign: () => denied });
    const authorizer = authorizerFor(storage, { now: () => now });
    expect(await isAllowedBy(authorizer, user.viewer, LIST)).toBe(false);
    now += 5_000;
    expect(await isAllowedBy(authorizer, user.viewer, LIST)).toBe(false);
    expect(user.reviews).toHaveLength(2);
  });

  it('keeps no decision in the grace when RBAC no longer grants it', async () => {
    const storage = new RbacStorage([role, binding]);
    let failure: Error | undefined;
    const { viewer } = new ReviewedUser(storage, ann, { failure: () => failure });
    const authorizer = authorizerFor(storage, { graceMs: 60_000 });
    expect(await isAllowedBy(authorizer, viewer, LIST)).toBe(true);
    failure = new Error('the authorizer is down');
    expect(await isAllowedBy(authorizer, viewer, LIST, { notBefore: Infinity })).toBe(true);
    storage.delete(binding);
    await expect(isAllowedBy(authorizer, viewer, LIST)).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });
});

it('finds names of objects without namespaces that rules with resourceNames grant', async () => {
  const storage = new RbacStorage([...grant('ann', kinds(['get', 'watch'], 'one', 'two'), kinds(['get'], 'three'))]);
  const user = new ReviewedUser(storage, ann);
  const resolver = resolverFor(authorizerFor(storage), user.viewer, []);
  expect((await resolver.resolve(WorkspaceKind, 'read')).full).toEqual(new Set(['one', 'two', 'three']));
  expect((await resolver.resolve(WorkspaceKind, 'watch')).full).toEqual(new Set(['one', 'two']));
});

it('returns a change of everything since a time whose changes it has discarded', () => {
  let now = 0;
  const storage = new RbacStorage([role]);
  const access = new ViewerAccesses({ index: storage.index, now: () => now }).of(new ReviewedUser(storage, ann).viewer);
  for (now = 1; now <= 65; now += 1) {
    if (now % 2 === 1) storage.apply(binding);
    else storage.delete(binding);
  }
  expect(access.changesSince(32)).toEqual([EVERYTHING]);
  expect(access.changesSince(33)).toHaveLength(33);
  expect(access.unchangedSince({ ...LIST, verb: 'create' })).toBeCloseTo(32.001, 5);
});

it.each([
  ['20,000 others', 20_000, []],
  ['600 others of 1,000 groups', 600, THOUSAND],
])('receives no changes for a viewer whom %s have displaced', (_, others, groups) => {
  const storage = new RbacStorage([role]);
  const accesses = new ViewerAccesses({ index: storage.index });
  const accessOf = (name: string) => accesses.of(new ReviewedUser(storage, { name, groups }).viewer);
  const displaced = accessOf('ann');
  for (let index = 0; index < others; index += 1) accessOf(`${index}`);
  storage.apply(binding);
  expect(displaced.revision).toBe(0);
});

it('does not retain a viewer, whose token may be long', async () => {
  const storage = new RbacStorage([role, binding]);
  const accesses = new ViewerAccesses({ index: storage.index });
  const viewers = new TrackedObjects();
  const revisionOf = (name: string) =>
    accesses.of(viewers.track(new ReviewedUser(storage, { ...ann, name }).viewer)).revision;
  expect([revisionOf('ann'), revisionOf('bob')]).toEqual([0, 0]);
  await nextTurn(); // the references hold their objects until the end of the turn
  expect(viewers.countReachable()).toBe(0);
  expect(revisionOf('ann')).toBe(0);
});
