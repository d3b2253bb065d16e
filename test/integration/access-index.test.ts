import { describe, expect, it } from 'vitest';
import { RBAC_GROUP } from '../../dev/simulator/access/rbac-objects.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { gatewayRoles, gatewayServiceAccount } from '../../dev/demo/users.ts';
import { grantIn, viewing } from '../support/access/grants.ts';
import { RBAC } from '../support/access/rbac-objects.ts';
import { testUser } from '../support/access/users.ts';
import { AccessEnvironment } from '../support/access/environment.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordingLog } from '../support/recording-log.ts';

const ann = testUser('ann');
/** Times to live that no test outlives, so that no review is repeated for its age. */
const lasting = { authorizationTtlSeconds: 600, denialTtlSeconds: 600 };

/** Removes the rules about RBAC from a role, as in a deployment from before the index. */
function withoutRbac(manifest: Manifest): Manifest {
  const rules = manifest['rules'] as readonly { readonly apiGroups: readonly string[] }[] | undefined;
  return rules ? { ...manifest, rules: rules.filter(({ apiGroups }) => !apiGroups.includes(RBAC_GROUP)) } : manifest;
}

describe('a gateway that may not watch roles and bindings', () => {
  it('says so at its start, and reviews access to every namespace', async () => {
    await using cluster = await startSimulator({
      users: [ann, gatewayServiceAccount],
      objects: [
        workspaceCrd,
        workspaceKindCrd,
        ...['team-a', 'team-b', 'team-c'].map((name) => namespace(name)),
        workspace('nb-1'),
        ...gatewayRoles('token').map(withoutRbac),
        ...grantIn('team-a', 'ann', viewing),
      ],
    });
    const { log, texts: lines } = recordingLog('warn');
    const kubeconfig = cluster.kubeconfigFor(gatewayServiceAccount.token);
    await using gateway = await startGatewayFor(kubeconfig, { authentication: { mode: 'token' }, log });
    expect(lines.join('')).toContain('cannot watch roles and bindings');
    await using viewer = connectUser(gateway.url, { token: ann.token });
    const { data } = await viewer.ask('{ workspaces { nodes { name } } }');
    expect(data).toEqual({ workspaces: { nodes: [{ name: 'nb-1' }] } });
    const reviews = cluster.requests.filter(({ resource }) => resource === 'selfsubjectaccessreviews');
    expect(reviews).toHaveLength(1 + cluster.list('v1', 'Namespace').length);
  });
});

describe('a change of one binding', () => {
  it('authorizes only the subscriptions of its subject again, with one review for each verb', async () => {
    const users = Array.from({ length: 20 }, (_, index) => testUser(`user-${index}`));
    const objects = users.flatMap(({ name }, index) => [
      namespace(`team-${index}`),
      workspace(`nb-${index}`, { namespace: `team-${index}` }),
      ...grantIn(`team-${index}`, name, viewing),
    ]);
    await using environment = await AccessEnvironment.start({ users, objects, modes: ['header'], ...lasting });
    const { cluster } = environment;
    const streams = users.map((user) =>
      environment.caller(user, 'header').follow('subscription { workspaces { type object { name } } }'),
    );
    for (const stream of streams) for (let events = 0; events < 3; events += 1) await stream.next(); // RESET, ADDED, SYNCED
    const reviews = () => cluster.requests.filter(({ resource }) => resource === 'subjectaccessreviews').length;
    const before = reviews();
    const [role, binding] = grantIn('team-1', 'user-0', viewing);
    cluster.apply(role);
    cluster.apply(binding);
    expect((await streams[0]?.next())?.value).toMatchObject({ data: { workspaces: { object: { name: 'nb-1' } } } });
    cluster.delete(RBAC, 'RoleBinding', binding.metadata.name ?? '', 'team-1');
    expect((await streams[0]?.next())?.value).toMatchObject({ data: { workspaces: { type: 'DELETED' } } });
    expect(reviews() - before).toBeLessThanOrEqual(4);
  });
});

describe('a namespace that appears', () => {
  it('makes one decision for each verb when a viewer is bound in a namespace that appears, and none when no viewer is', async () => {
    const objects = Array.from({ length: 50 }, (_, index) => namespace(`ns-${index}`));
    await using environment = await AccessEnvironment.start({ users: [ann], objects, modes: ['header'], ...lasting });
    const { cluster } = environment;
    const stream = environment.caller(ann, 'header').follow('subscription { workspaces { type object { name } } }');
    for (let events = 0; events < 2; events += 1) await stream.next(); // RESET, SYNCED
    const reviews = () => cluster.requests.filter(({ resource }) => resource === 'subjectaccessreviews').length;
    const before = reviews();
    for (const name of ['new-1', 'new-2']) cluster.apply(namespace(name));
    cluster.apply(workspace('nb-1', { namespace: 'new-1' }));
    for (const manifest of grantIn('new-1', 'ann', viewing)) cluster.apply(manifest);
    expect((await stream.next()).value).toMatchObject({
      data: { workspaces: { type: 'ADDED', object: { name: 'nb-1' } } },
    });
    await waitFor(() => reviews() > before, 'the namespace is reviewed');
    expect(reviews() - before).toBeLessThanOrEqual(2);
  });
});
