import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { ApiClient } from '../contract/api-client.ts';
import { ReconstructedView } from '../contract/reconstructed-view.ts';
import { TestNamespace } from '../contract/test-namespace.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import type { TestGateway } from '../support/test-gateway.ts';

/** A control plane with the definitions of Workspace and WorkspaceKind, and an administrator's client. */
export interface DrillCluster extends ControlPlane {
  readonly api: ApiClient;
}

export async function startDrillCluster(): Promise<DrillCluster> {
  const controlPlane = await startControlPlane();
  const api = await ApiClient.connect(controlPlane.kubeconfig);
  for (const definition of [workspaceCrd, workspaceKindCrd]) await api.define(definition);
  return { ...controlPlane, api };
}

/** Creates a namespace with these workspaces. */
export async function teamWith({ api }: DrillCluster, ...names: readonly string[]): Promise<TestNamespace> {
  const team = await TestNamespace.in({ api });
  for (const name of names) await team.create(name);
  return team;
}

/** Subscribes to the workspaces of a namespace. Resolves after the initial events. */
export async function follow(gateway: TestGateway, team: TestNamespace): Promise<ReconstructedView> {
  const view = ReconstructedView.follow(gateway, team);
  await view.readTo('SYNCED');
  return view;
}

/** Returns the names of the workspaces that a query returns. */
export async function namesIn(gateway: TestGateway, { name }: TestNamespace): Promise<readonly string[]> {
  const { data } = await gateway.query(
    'query ($in: String!) { workspaces(namespace: $in, orderBy: { field: NAME, direction: ASC }) { nodes { name } } }',
    { in: name },
  );
  return (data as { workspaces: { nodes: readonly { name: string }[] } }).workspaces.nodes.map((node) => node.name);
}

/** Pauses a workspace. Returns the code of the error; undefined if there is none. */
export async function pauseCode(gateway: TestGateway, team: TestNamespace, name: string): Promise<unknown> {
  const { errors } = await gateway.query(
    'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { workspace { name } } }',
    { input: { namespace: team.name, name } },
  );
  return errors?.[0]?.extensions['code'];
}
