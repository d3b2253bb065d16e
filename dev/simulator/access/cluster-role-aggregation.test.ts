import { expect, it } from 'vitest';
import type { Manifest } from '../api-object.ts';
import { startTestSimulator, type TestSimulator } from '../test-simulator.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const CLUSTER_ROLES = `/apis/${RBAC}/clusterroles`;

it('aggregates rules, also of aggregated roles, in whatever order they are created', async () => {
  await using test = await startTestSimulator({ objects: [aggregated('edit'), aggregated('view', 'edit')] });
  test.simulator.apply(source('a', 'view'));
  test.simulator.apply(source('b', 'edit'));
  expect([verbsOf(test, 'view'), verbsOf(test, 'edit')]).toEqual([['a'], ['b', 'a']]);
});

it('removes rules when their role no longer matches', async () => {
  const objects = [source('a', 'view'), source('b', 'view'), aggregated('view')];
  await using test = await startTestSimulator({ objects });
  await test.send('PATCH', `${CLUSTER_ROLES}/a`, { metadata: { labels: null } }, 'application/merge-patch+json');
  expect(verbsOf(test, 'view')).toEqual(['b']);
  await test.send('DELETE', `${CLUSTER_ROLES}/b`);
  expect(verbsOf(test, 'view')).toEqual([]);
});

it('overwrites rules when a client writes them into an aggregated role', async () => {
  await using test = await startTestSimulator({ objects: [source('a', 'view'), aggregated('view')] });
  test.simulator.apply({ ...aggregated('view'), rules: [ruleOf('mine')] });
  expect(verbsOf(test, 'view')).toEqual(['a']);
});

it('terminates when roles aggregate each other', async () => {
  const objects = [aggregated('one', 'two'), aggregated('two', 'one'), source('a', 'one'), source('b', 'two')];
  await using test = await startTestSimulator({ objects });
  expect(new Set(verbsOf(test, 'one'))).toEqual(new Set(['a', 'b']));
  expect(new Set(verbsOf(test, 'two'))).toEqual(new Set(['a', 'b']));
});

function verbsOf({ simulator }: TestSimulator, name: string): readonly unknown[] {
  const role = simulator.get(RBAC, 'ClusterRole', name) as {
    readonly rules?: readonly { readonly verbs: unknown[] }[];
  };
  return (role.rules ?? []).flatMap(({ verbs }) => verbs);
}

function source(name: string, target: string): Manifest {
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name, labels: labels(target) }, rules: [ruleOf(name)] };
}

function aggregated(name: string, target?: string): Manifest {
  const metadata = { name, ...(target !== undefined && { labels: labels(target) }) };
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: labels(name) }] };
  return { apiVersion: RBAC, kind: 'ClusterRole', metadata, rules: [], aggregationRule };
}

function ruleOf(verb: string) {
  return { verbs: [verb], apiGroups: [''], resources: ['things'] };
}

function labels(target: string): Readonly<Record<string, string>> {
  return { [`aggregate-to-${target}`]: 'true' };
}
