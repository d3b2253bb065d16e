import { beforeAll, describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { waitFor } from '../support/wait-for.ts';
import { AccessApi } from './access-api.ts';
import { accessCases, type AccessCase } from './access-cases.ts';
import { impersonation } from './impersonation.ts';
import { rbacObjects } from './rbac-objects.ts';
import { accessReviews } from './access-reviews.ts';
import { aggregatedRules, canaries, rbacFixtures } from './rbac-fixtures.ts';
import { collectionOf } from './api-client.ts';
import { describeOnClusters, type Cluster } from './clusters.ts';
import { impersonatedNames } from './impersonated-names.ts';

const CLUSTER_ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';

describeOnClusters('access', (cluster) => {
  let api: AccessApi;

  beforeAll(async () => {
    api = new AccessApi(cluster().kubeconfig);
    await arrange(cluster());
    await waitFor(() => inForce(api), 'the roles and bindings are in effect');
  });

  describe('reviews', () => {
    it.each(accessCases)('$title', async (asked) => {
      expect(await api.review(asked)).toEqual(answerTo(asked, cluster()));
    });
  });

  describe('requests', () => {
    const sendable = accessCases.filter(canBeSent);

    it.each(sendable.filter(({ ground }) => ground === undefined))('$title', async (asked) => {
      const { code, body } = await send(api, asked);
      expect([code, body.reason, body.message]).toEqual([403, 'Forbidden', refusalOf(asked, cluster())]);
    });

    it.each(sendable.filter(({ ground }) => ground !== undefined))('$title', async (asked) => {
      expect((await send(api, asked)).code).not.toBe(403);
    });
  });

  describe('accessReviews', () => {
    accessReviews(cluster, () => api);
  });
  describe('impersonation', () => {
    impersonation(cluster, () => api);
  });
  describe('impersonated names', () => {
    impersonatedNames(cluster);
  });
  describe('roles and bindings', () => {
    rbacObjects(cluster);
  });
});

async function arrange({ api, name }: Cluster): Promise<void> {
  for (const definition of [workspaceCrd, workspaceKindCrd]) await api.define(definition);
  for (const manifest of rbacFixtures) await api.create(collectionOf(manifest), manifest);
  if (name === 'kube-apiserver') await aggregate({ api });
  for (const [role, rules] of Object.entries(aggregatedRules))
    expect(await api.get(`${CLUSTER_ROLES}/${role}`)).toMatchObject({ body: { rules } });
  for (const manifest of canaries) await api.create(collectionOf(manifest), manifest);
}

/** Aggregates ClusterRoles, because there is no kube-controller-manager. */
async function aggregate({ api }: Pick<Cluster, 'api'>): Promise<void> {
  for (const [role, rules] of Object.entries(aggregatedRules)) {
    const { code, text } = await api.patch(`${CLUSTER_ROLES}/${role}`, 'MERGE', { rules });
    if (code !== 200) throw new Error(`Expected to update the rules of ${role}, got ${code}: ${text}`);
  }
}

async function inForce(api: AccessApi): Promise<boolean> {
  const canary = { title: '', person: { user: 'canary', groups: [] }, path: '', resource: 'cages', group: '' };
  const rest = { subresource: '', name: '', ground: undefined };
  const answers = [
    await api.review({ ...canary, ...rest, verb: 'sing', namespace: '' }),
    await api.review({ ...canary, ...rest, verb: 'chirp', namespace: 'team-a' }),
  ];
  return answers.every((answer) => (answer as { readonly allowed: boolean }).allowed);
}

function answerTo(asked: AccessCase, cluster: Cluster): unknown {
  const { ground } = asked;
  if (ground === '') return { allowed: true };
  if (ground !== undefined) return { allowed: true, reason: `RBAC: allowed by ${ground}` };
  const reason = missingRoles(asked, cluster);
  return reason === '' ? { allowed: false } : { allowed: false, reason };
}

/** Expected reason. Dan is bound to missing roles. Servers after 1.34 prefix the reason with the authorizer. */
function missingRoles({ person, namespace }: AccessCase, { minorVersion }: Cluster): string {
  if (person.user !== 'dan') return '';
  const prefix = minorVersion > 34 ? 'rbac: RBAC' : 'RBAC';
  const inCluster = 'clusterrole.rbac.authorization.k8s.io "nobody" not found';
  if (namespace === '') return `${prefix}: ${inCluster}`;
  return `${prefix}: [${inCluster}, role.rbac.authorization.k8s.io "nowhere" not found]`;
}

const methods: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  post: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** Returns whether a case can be sent as a request: its verb has a method, and its URL maps to the same attributes. */
function canBeSent({ verb, resource, namespace, name, path }: AccessCase): boolean {
  const insideItself = resource !== 'namespaces' || name === namespace;
  return verb in methods && insideItself && path !== '/version';
}

/** Headers that impersonate the user. */
function send(api: AccessApi, asked: AccessCase) {
  const { method, path } = requestFor(asked);
  return api.as(asked.person, method, path, ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined);
}

/** Returns a request that changes nothing even if it is allowed. */
function requestFor({ verb, path, resource, group, subresource, namespace, name }: AccessCase) {
  const method = methods[verb] ?? '';
  if (path !== '') return { method, path };
  const root = group === '' ? '/api/v1' : `/apis/${group}/${group === 'kubeflow.org' ? 'v1beta1' : 'v1'}`;
  const scope = namespace === '' || resource === 'namespaces' ? '' : `/namespaces/${namespace}`;
  const selects = verb === 'list' || verb === 'watch';
  const place = [root + scope, resource, selects ? '' : name, subresource].filter(Boolean).join('/');
  const query = new URLSearchParams({
    ...(!selects && method !== 'GET' && { dryRun: 'All' }),
    ...(verb === 'watch' && { watch: 'true' }),
    ...(selects && name !== '' && { fieldSelector: `metadata.name=${name}` }),
  });
  return { method, path: query.size > 0 ? `${place}?${query}` : place };
}

function refusalOf(asked: AccessCase, cluster: Cluster): string {
  const { verb, path, resource, group, subresource, namespace, name } = asked;
  const user = `User "${asked.person.user}" cannot ${verb}`;
  if (path !== '') return `forbidden: ${user} path "${path}"`;
  const subject = group === '' ? resource : `${resource}.${group}`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const named = name === '' ? subject : `${subject} "${name}"`;
  const reason = missingRoles(asked, cluster);
  const refusal = `${user} resource "${what}" in API group "${group}" ${where}`;
  return `${named} is forbidden: ${refusal}${reason === '' ? '' : `: ${reason}`}`;
}
