import { expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { AccessEnvironment } from '../support/access/environment.ts';
import { bound, clusterRole, reader, workspaces } from '../support/access/rbac-objects.ts';
import { testUser } from '../support/access/users.ts';
import { namespace, workspace } from '../support/manifests.ts';

const ann = testUser('ann', 'team-1', 'team-2');
const getter = clusterRole('getter', { ...workspaces, verbs: ['get'] });
const objects = [namespace('hidden-team'), namespace('team-a'), reader, getter];
const hidden = workspace('hidden-project', { namespace: 'hidden-team' });

function start(...more: readonly Manifest[]): Promise<AccessEnvironment> {
  return AccessEnvironment.start({ users: [ann], objects: [...objects, hidden, ...more], modes: ['header'] });
}

async function hintIn(environment: AccessEnvironment): Promise<unknown> {
  const { data, errors } = await environment.caller(ann, 'header').ask('{ viewer { accessHint } }');
  expect(errors).toBeUndefined();
  return ((data ?? {})['viewer'] as { readonly accessHint: unknown }).accessHint;
}

it('returns the identity and the missing permissions when the viewer may list workspaces in no namespace', async () => {
  await using environment = await start();
  expect(await hintIn(environment)).toBe(
    `ann (groups: ${ann.groups.join(', ')}) may list workspaces.kubeflow.org in no namespace. ` +
      'Ask an administrator for the permissions get, list and watch of workspaces.kubeflow.org, for example a RoleBinding of the ClusterRole kubeflow-view in your namespace.',
  );
});

it('returns the same text with and without namespaces and workspaces when the viewer may see none of them', async () => {
  await using full = await start();
  await using empty = await AccessEnvironment.start({ users: [ann], objects: [reader], modes: ['header'] });
  expect(await hintIn(full)).toBe(await hintIn(empty));
});

it('returns the text when the viewer may get workspaces but list none', async () => {
  await using environment = await start(bound(ann, 'getter', 'team-a'));
  expect(await hintIn(environment)).toMatch(/^ann .* may list workspaces\.kubeflow\.org in no namespace/u);
});

it.each([
  { where: 'one namespace without workspaces', binding: bound(ann, 'reader', 'team-a') },
  { where: 'the whole cluster', binding: bound(ann, 'reader') },
])('returns null when the viewer may list workspaces in $where', async ({ binding }) => {
  await using environment = await start(binding);
  expect(await hintIn(environment)).toBeNull();
});

it('returns null after a RoleBinding has been created', async () => {
  await using environment = await start();
  expect(await hintIn(environment)).not.toBeNull();
  environment.cluster.apply(bound(ann, 'reader', 'team-a'));
  await expect.poll(() => hintIn(environment)).toBeNull();
});

it('takes the access reviews of a list, and none after one', async () => {
  await using environment = await start();
  const caller = environment.caller(ann, 'header');
  const listing = await reviewsDuring(environment.cluster, () => caller.ask('{ workspaces { totalCount } }'));
  expect(await reviewsDuring(environment.cluster, () => hintIn(environment))).toBe(0);
  await using other = await start();
  expect(await reviewsDuring(other.cluster, () => hintIn(other))).toBe(listing);
});

async function reviewsDuring(cluster: Simulator, act: () => Promise<unknown>): Promise<number> {
  const reviews = () => cluster.requests.filter(({ resource }) => resource.endsWith('accessreviews')).length;
  const before = reviews();
  await act();
  return reviews() - before;
}
