import { expect, it } from 'vitest';
import { causesIn } from './api-client.ts';
import type { Cluster } from './clusters.ts';

const GROUP = 'rbac.authorization.k8s.io';
const RBAC = `/apis/${GROUP}/v1`;
const BINDINGS = `${RBAC}/clusterrolebindings`;

/** Contract of roles and bindings as API objects. */
export function rbacObjects(cluster: () => Cluster): void {
  defaultsAndNames(cluster);
  invalidBindings(cluster);
  invalidRules(cluster);
}

const api = (cluster: () => Cluster) => cluster().api;

function defaultsAndNames(cluster: () => Cluster): void {
  it('returns default roles and bindings', async () => {
    const names = ['cluster-admin', 'system:basic-user', 'system:discovery', 'system:public-info-viewer'];
    for (const name of names) {
      expect((await api(cluster).get(`${BINDINGS}/${name}`)).body).toMatchObject({
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
      });
      expect((await api(cluster).get(`${RBAC}/clusterroles/${name}`)).code).toBe(200);
    }
    expect((await api(cluster).get(`${RBAC}/clusterroles/cluster-admin`)).body).toMatchObject({
      rules: [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ],
    });
  });

  it('sets default API groups, and accepts names that are no DNS names', async () => {
    const roleRef = { kind: 'ClusterRole', name: 'none' };
    const subjects = [
      { kind: 'ServiceAccount', name: 's', namespace: 'team-a' },
      { kind: 'User', name: 'u' },
    ];
    const made = await api(cluster).post(BINDINGS, binding('My:Binding', { roleRef, subjects }));
    expect(made).toMatchObject({
      code: 201,
      body: { roleRef: { apiGroup: GROUP, ...roleRef }, subjects: [subjects[0], { apiGroup: GROUP, ...subjects[1] }] },
    });
    const moved = await api(cluster).patch(`${BINDINGS}/My:Binding`, 'MERGE', { roleRef: { name: 'other' } });
    const rule = cluster().minorVersion > 34 ? 'field is immutable' : 'cannot change roleRef';
    expect([moved.code, causesIn(moved), moved.body.message]).toEqual([
      422,
      ['FieldValueInvalid roleRef'],
      `ClusterRoleBinding.${GROUP} "My:Binding" is invalid: roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"ClusterRole","Name":"other"}: ${rule}`,
    ]);
  });
}

function invalidBindings(cluster: () => Cluster): void {
  it('rejects bindings without a valid role or subject', async () => {
    const subjects = [{ kind: 'ServiceAccount', name: 'x' }, { kind: 'Foo', name: 'x' }, { kind: 'User' }];
    const bad = await api(cluster).post(BINDINGS, binding('x', { roleRef: { kind: 'Role', name: 'x' }, subjects }));
    expect(causesIn(bad)).toEqual([
      'FieldValueNotSupported roleRef.kind',
      'FieldValueNotSupported subjects[1].kind',
      'FieldValueRequired subjects[0].namespace',
      'FieldValueRequired subjects[2].name',
    ]);
    expect(causesIn(await api(cluster).post(BINDINGS, binding('x', {})))).toEqual([
      'FieldValueNotSupported roleRef.kind',
      'FieldValueRequired roleRef.name',
    ]);
    expect(
      causesIn(await api(cluster).post(BINDINGS, binding('a%b', { roleRef: { kind: 'ClusterRole', name: 'x' } }))),
    ).toEqual(['FieldValueInvalid metadata.name']);
  });
}

function invalidRules(cluster: () => Cluster): void {
  it('rejects rules without verbs or resources', async () => {
    const rules = [
      { verbs: [] },
      { verbs: ['get'], nonResourceURLs: ['/x'], resources: ['x'] },
      { verbs: ['get'], resources: ['x'] },
    ];
    const aggregationRule = { clusterRoleSelectors: [] };
    const kind = { apiVersion: `${GROUP}/v1`, metadata: { name: 'x' } };
    const bad = { ...kind, kind: 'ClusterRole', rules, aggregationRule };
    expect(causesIn(await api(cluster).post(`${RBAC}/clusterroles`, bad))).toEqual([
      'FieldValueInvalid rules[1].nonResourceURLs',
      'FieldValueRequired aggregationRule.clusterRoleSelectors',
      'FieldValueRequired rules[0].apiGroups',
      'FieldValueRequired rules[0].resources',
      'FieldValueRequired rules[0].verbs',
      'FieldValueRequired rules[2].apiGroups',
    ]);
    const paths = { ...kind, kind: 'Role', rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] };
    expect(causesIn(await api(cluster).post(`${RBAC}/namespaces/team-a/roles`, paths))).toEqual([
      'FieldValueInvalid rules[0].nonResourceURLs',
    ]);
  });
}

function binding(name: string, rest: object) {
  return { apiVersion: `${GROUP}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, ...rest };
}
