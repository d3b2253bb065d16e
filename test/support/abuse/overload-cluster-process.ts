import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { handleRequests } from '../../../bench/worker-process.ts';
import { bound, clusterRole } from '../access/rbac-objects.ts';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import { podOf } from '../pods.ts';
import { ABUSIVE_WORKSPACES, INNOCENT_WORKSPACES, innocent, OTHER_NAMESPACES, abusiveUser } from './overload-users.ts';
import { ATTACK_NAMES } from './attacks.ts';

/** Requests to the process of the cluster, which is one of its own so that its work does not delay the innocent client. */
export type ClusterRequest =
  | { readonly type: 'start' }
  /** Writes this number to the next workspace of the innocent client. */
  | { readonly type: 'change'; readonly number: number };

const editor = clusterRole(
  'team-editor',
  { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['*'] },
  { apiGroups: [''], resources: ['pods', 'pods/log', 'events'], verbs: ['get', 'list', 'watch'] },
);

let cluster: Simulator;

handleRequests((request: ClusterRequest) => (request.type === 'start' ? start() : change(request.number)));

async function start(): Promise<string> {
  const abusers = ATTACK_NAMES.map(abusiveUser);
  cluster = await startSimulator({
    users: [innocent, ...abusers],
    bookmarkIntervalMs: 1_000,
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      editor,
      workspaceKind('jupyterlab'),
      namespace('team-innocent'),
      namespace('team-abusive'),
      ...Array.from({ length: OTHER_NAMESPACES }, (_, index) => namespace(`other-${index}`)),
      bound(innocent, 'team-editor', 'team-innocent'),
      ...abusers.map((user) => bound(user, 'team-editor', 'team-abusive')),
      ...Array.from({ length: ABUSIVE_WORKSPACES }, (_, index) =>
        workspace(`nb-${index}`, { namespace: 'team-abusive', state: 'Running', labels: { index: String(index) } }),
      ),
      ...Array.from({ length: INNOCENT_WORKSPACES }, (_, index) => innocentWorkspace(index, '')),
      ...Array.from({ length: INNOCENT_WORKSPACES }, (_, index) =>
        podOf(`nb-${index}`, { namespace: 'team-innocent' }),
      ),
    ],
  });
  return cluster.kubeconfig;
}

function change(number: number): void {
  cluster.apply(innocentWorkspace(number % INNOCENT_WORKSPACES, String(number)));
  // A change of the abusive namespace, which fills the buffers of the clients that do not read.
  const index = number % ABUSIVE_WORKSPACES;
  const stateMessage = `${number} ${'x'.repeat(2_000)}`;
  cluster.apply(workspace(`nb-${index}`, { namespace: 'team-abusive', state: 'Running', status: { stateMessage } }));
}

function innocentWorkspace(index: number, stateMessage: string) {
  return workspace(`nb-${index}`, { namespace: 'team-innocent', state: 'Running', status: { stateMessage } });
}
