import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { editing, grant, grantIn, workspaces } from '../../test/support/access/grants.ts';
import { RbacGenerator } from '../../test/support/access/random-rbac.ts';
import { RbacStorage } from '../../test/support/access/rbac-storage.ts';
import { authorizerFor, resolverFor, ReviewedUser } from '../../test/support/access/reviewed-user.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { Workspace } from '../kinds/workspace/resource.ts';
import type { ResourceAttributes } from './resource-attributes.ts';

const ann = { name: 'ann', groups: ['team'] };
const NAMESPACES = ['ns-1', 'ns-2', 'ns-3'];
const NAMES = ['nb-1', 'nb-2'];
const VERBS = ['get', 'update', 'delete'];
const targets = VERBS.flatMap((verb) =>
  [...NAMESPACES, null].flatMap((namespace) => [...NAMES, null].map((name) => ({ verb, namespace, name }))),
);

/** A webhook that denies one namespace. */
const denyFirst = ({ namespace }: ResourceAttributes) =>
  namespace === 'ns-1' ? { allowed: false, reason: 'denied by a webhook' } : undefined;

describe('VisibilityResolver.can', () => {
  it('returns a boolean when the decision is cached, for every name in the namespace', async () => {
    const { viewer, reviews } = new ReviewedUser(new RbacStorage([...grantIn('ns-1', 'ann', editing)]), ann);
    const resolver = resolverFor(authorizerFor(undefined), viewer, NAMESPACES);
    const first = resolver.can('update', Workspace, { namespace: 'ns-1', name: 'nb-1' });
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBe(true);
    expect(resolver.can('update', Workspace, { namespace: 'ns-1', name: 'nb-2' })).toBe(true);
    expect(reviews).toHaveLength(1);
  });

  it('returns the decision of each name when only some names are granted', async () => {
    const storage = new RbacStorage([
      ...grantIn('ns-1', 'ann', { ...workspaces('update'), resourceNames: ['nb-2'] }),
      ...grantIn('ns-2', 'ann', workspaces('update')),
    ]);
    const resolver = resolverFor(authorizerFor(storage), new ReviewedUser(storage, ann).viewer, NAMESPACES);
    for (let round = 0; round < 2; round += 1) {
      const decisions = NAMESPACES.flatMap((namespace) =>
        NAMES.map(async (name) => resolver.can('update', Workspace, { namespace, name })),
      );
      expect(await Promise.all(decisions)).toEqual([false, true, true, true, false, false]);
    }
  });

  it('returns the denial of one namespace when RBAC grants the action in all', async () => {
    const storage = new RbacStorage([...grant('ann', editing)]);
    const resolver = resolverFor(
      authorizerFor(storage),
      new ReviewedUser(storage, ann, { foreign: denyFirst }).viewer,
      NAMESPACES,
    );
    for (const namespace of [null, ...NAMESPACES]) {
      const target = namespace === null ? {} : { namespace, name: 'nb-1' };
      expect([namespace, await resolver.can('update', Workspace, target)]).toEqual([namespace, namespace !== 'ns-1']);
    }
    await expect(resolver.assertCan('update', Workspace, { namespace: 'ns-1', name: 'nb-1' })).rejects.toThrow('ns-1');
  });

  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'returns what RBAC allows after every change, also within a turn (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const generator = new RbacGenerator(random);
      const known = { namespaces: NAMESPACES, names: NAMES };
      const storage = new RbacStorage(generator.stored(known, [ann]));
      const { viewer } = new ReviewedUser(storage, ann);
      const resolver = resolverFor(authorizerFor(storage), viewer, NAMESPACES);
      for (let step = 0; step < 20; step += 1) {
        for (const { verb, ...target } of targets) {
          const { group, plural: resource } = Workspace;
          const requested = { verb, group, resource, namespace: target.namespace ?? '', name: target.name ?? '' };
          const { allowed } = storage.authorizer.authorize(ann, { ...requested, subresource: '', type: 'resource' });
          expect([target, await resolver.can(verb, Workspace, target)]).toEqual([target, allowed]);
        }
        storage.apply(generator.binding([...NAMESPACES, undefined][random.below(4)], ['role-1', 'role-2'], [ann]));
        if (random.below(3) === 0) storage.apply(generator.clusterRole('role-1', NAMES));
      }
    },
  );
});

describe('VisibilityResolver.resolve', () => {
  it('returns the namespaces in their order when the reviews are answered in another one', async () => {
    const grants = ['ns-1', 'ns-2'].flatMap((name) => grantIn(name, 'ann', workspaces('list')));
    const { viewer } = new ReviewedUser(new RbacStorage(grants), ann);
    const { reviewAccess } = viewer;
    Object.assign(viewer, {
      async reviewAccess(attributes: ResourceAttributes, signal: AbortSignal) {
        const review = await reviewAccess(attributes, signal);
        if (attributes.namespace === 'ns-1') await nextIteration(); // the others are answered before
        return review;
      },
    });
    const { full } = await resolverFor(authorizerFor(undefined), viewer, NAMESPACES).resolve(Workspace, 'read');
    expect([...full]).toEqual(['ns-1', 'ns-2']);
  });
});
