import { describe, expect, it } from 'vitest';
import { deployedRoles, gatewayServiceAccount, gatewayRoles } from '../../dev/demo/users.ts';
import { kubeflowRoles, bindingTo } from '../../dev/demo/roles.ts';
import { headerAuthentication as header } from '../support/authentication.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { connectUser, type UserCredentials } from '../support/user-client.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';

const erin = { token: 'erin-token', name: 'erin', groups: [] };
const byHeader: UserCredentials = { headers: { 'kubeflow-userid': 'erin' } };

const SEEN =
  '{ workspaces { nodes { name namespace { name } kind { displayName } pod { phase } events { reason } } } persistentVolumeClaims(namespace: "team-a") { totalCount } secrets(namespace: "team-a") { totalCount } gateway { kinds { kind objects } } }';
const DONE = [
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }',
  'mutation { patchWorkspace(input: { namespace: "team-a", name: "nb-1", type: MERGE, patch: { metadata: { labels: { a: "b" } } } }) { warnings } }',
  'mutation { patchWorkspaceStatus(input: { namespace: "team-a", name: "nb-1", type: MERGE, patch: { status: { stateMessage: "x" } } }) { warnings } }',
  'mutation { deleteWorkspace(input: { namespace: "team-a", name: "nb-1" }) { deletionPending } }',
  'mutation { deleteWorkspaces(input: { namespace: "team-a" }) { count } }',
];

describe('the roles in deploy/', () => {
  it.each([
    { role: 'token', authentication: { mode: 'token' }, passport: { token: erin.token } },
    { role: 'header', authentication: header, passport: byHeader },
    { role: 'impersonate', authentication: { ...header, impersonate: true }, passport: byHeader },
  ] as const)(
    'let the gateway do all that an editor asks it for: $role',
    async ({ role, authentication, passport }) => {
      await using cluster = await startSimulator({
        users: [erin, gatewayServiceAccount],
        objects: [
          workspaceCrd,
          workspaceKindCrd,
          namespace('team-a'),
          workspaceKind('jupyterlab'),
          workspace('nb-1', { state: 'Running' }),
          ...kubeflowRoles(),
          ...gatewayRoles(role),
          bindingTo('kubeflow-edit', { kind: 'User', name: 'erin' }, 'team-a'),
        ],
      });
      await using gateway = await startGatewayFor(cluster.kubeconfigFor(gatewayServiceAccount.token), {
        authentication,
      });
      await using person = connectUser(gateway.url, passport);
      await waitFor(async () => (await person.ask(SEEN)).errors === undefined, 'all can be read');
      for (const mutation of DONE)
        expect(await person.ask(mutation)).toMatchObject({ status: 200, data: expect.any(Object) });
      const refused = cluster.requests.filter(({ status }) => status === 403);
      expect(refused.map(({ verb, resource, user }) => `${user} ${verb} ${resource}`)).toEqual([]);
    },
  );
});

describe('a restart whose gateway has ended', () => {
  const paused = workspace('nb-1', { paused: true, state: 'Paused' });
  const annotations = { 'notebooks.kubeflow.org/gateway-restart': '1' };
  const restarting = { ...paused, metadata: { ...paused.metadata, annotations } };
  const HINT = '{ workspace(namespace: "team-a", name: "nb-1") { paused stateHint } }';
  const START = 'mutation { startWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { paused } } }';

  function startCluster(...roles: readonly Manifest[]) {
    const objects = [
      workspaceCrd,
      workspaceKindCrd,
      namespace('team-a'),
      workspaceKind('jupyterlab'),
      restarting,
      ...kubeflowRoles(),
      ...gatewayRoles('token'),
      ...roles,
      bindingTo('kubeflow-edit', { kind: 'User', name: 'erin' }, 'team-a'),
    ];
    return startSimulator({ users: [erin, gatewayServiceAccount], objects });
  }

  it('finishes a restart whose gateway has ended when another gateway has the optional role', async () => {
    await using cluster = await startCluster(...deployedRoles('components/finish-restarts'));
    await using gateway = await startGatewayFor(cluster.kubeconfigFor(gatewayServiceAccount.token), {
      authentication: { mode: 'token' },
    });
    await using person = connectUser(gateway.url, { token: erin.token });
    const finished = { workspace: { paused: false, stateHint: null } };
    await expect.poll(async () => (await person.ask(HINT)).data).toEqual(finished);
  });

  it('tries a restart whose gateway has ended once, and leaves it to users, when there is no optional role', async () => {
    await using cluster = await startCluster();
    await using gateway = await startGatewayFor(cluster.kubeconfigFor(gatewayServiceAccount.token), {
      authentication: { mode: 'token' },
    });
    await using person = connectUser(gateway.url, { token: erin.token });
    const refused = () => cluster.requests.filter(({ verb, status }) => verb === 'patch' && status === 403).length;
    await waitFor(() => refused() === 1, 'the gateway has tried to start the workspace');
    expect((await person.ask(HINT)).data).toEqual({
      workspace: { paused: true, stateHint: expect.stringContaining('its start is due') },
    });
    expect((await person.ask(START)).data).toEqual({ startWorkspace: { workspace: { paused: false } } });
    expect((await person.ask(HINT)).data).toEqual({ workspace: { paused: false, stateHint: null } });
    expect(refused()).toBe(1);
  });
});
