import type { Manifest } from '../simulator/api-object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { ConfigMap } from './kubernetes-resources.ts';
import { calculateWorkspaceKindStatus } from './controller/workspace-kind-reconciler.ts';
import { POD_METRICS } from '../simulator/aggregated-resource.ts';
import { volcanoCommandCrd, volcanoJobCrd } from './crds/volcano.ts';
import { workspaceCrd } from './crds/workspace.ts';
import { workspaceKindCrd } from './crds/workspace-kind.ts';
import { WorkspaceKinds, type WorkspaceKind } from './workspace-kind.ts';
import type { Workspace } from './workspace.ts';
import { furtherWorkspaces, workspaceFixtures, workspaceOf } from './fixtures/workspaces.ts';
import { workspaceKindSpecs } from './fixtures/workspace-kinds.ts';
import { limitRanges, nodes, quotas } from './fixtures/capacity.ts';
import { namespaces } from './fixtures/namespaces.ts';
import { devPodWorkspaceInstances, servedDevPodWorkspaceInstances, volcanoJobs } from './fixtures/other-systems.ts';
import { pastEvents, reconciledFixture } from './fixtures/reconciled-fixtures.ts';
import { pictures } from './fixtures/pictures.ts';
import { storageOf } from './fixtures/storage.ts';
import { timestamp, uidFor } from './metadata.ts';

const YEAR_MS = 365 * 86_400_000;

/** Resources that aggregated API servers serve in the demo. */
export const aggregatedApis = [POD_METRICS, servedDevPodWorkspaceInstances] as const;

/** Fixtures of {@link aggregatedApis}. */
export function aggregatedFixtures(now: Date): Manifest[] {
  return devPodWorkspaceInstances(now.getTime());
}

/**
 * All fixtures of the demo in creation order: definitions, namespaces, kinds, storage, workspaces in every state with
 * their stateful sets, pods and events, and Volcano jobs. They are in the state in which the controller leaves them, so
 * it writes nothing when it starts.
 * @param count number of workspaces; those of the fixtures exist with any number
 */
export function clusterFixtures(now: Date, count = 0): Manifest[] {
  const at = now.getTime();
  const workspaceKinds = new Map(
    Object.entries(workspaceKindSpecs).map(([name, spec]) => [name, workspaceKindOf(name, spec, at)]),
  );
  const reconciled = [...workspaceFixtures, ...furtherWorkspaces(count - workspaceFixtures.length)].map((fixture) =>
    reconciledFixture(workspaceOf(fixture, at), workspaceKinds.get(fixture.kind), at),
  );
  const workspaces = reconciled.map(({ workspace }) => workspace);
  return [
    workspaceCrd,
    workspaceKindCrd,
    volcanoJobCrd,
    volcanoCommandCrd,
    ...namespaces(),
    ...nodes(workspaces.length),
    ...quotas(),
    ...limitRanges(),
    pictures,
    ...[...workspaceKinds.values()].map((workspaceKind) => manifestOf(withStatus(workspaceKind, workspaces))),
    ...storageOf(workspaces),
    ...workspaces.map(manifestOf),
    ...reconciled.flatMap(({ owned, pod }) => [...owned, ...(pod ? [manifestOf(pod)] : [])]),
    ...reconciled.flatMap(({ workspace, pod }) => (pod ? pastEvents(workspace, pod, at) : [])),
    ...volcanoJobs(at),
  ];
}

function workspaceKindOf(name: string, spec: WorkspaceKind['spec'], now: number): WorkspaceKind {
  const metadata = {
    name,
    uid: uidFor(`kind ${name}`),
    resourceVersion: '',
    generation: 1,
    creationTimestamp: timestamp(now - YEAR_MS),
  };
  return { apiVersion: apiVersionOf(WorkspaceKinds), kind: WorkspaceKinds.kind, metadata, spec };
}

function withStatus(workspaceKind: WorkspaceKind, all: readonly Workspace[]): WorkspaceKind {
  const workspaces = all.filter(({ spec }) => spec.kind === workspaceKind.metadata.name);
  const { status, finalizers } = calculateWorkspaceKindStatus({ workspaceKind, workspaces, pictures: pictureSource });
  return { ...workspaceKind, metadata: { ...workspaceKind.metadata, finalizers }, status };
}

function pictureSource(namespace: string, name: string): Pick<ConfigMap, 'data'> | undefined {
  const { metadata, data } = pictures;
  return metadata.namespace === namespace && metadata.name === name ? { data } : undefined;
}

/** Removes the resourceVersion, which only the API server assigns. */
function manifestOf({ metadata, ...fields }: KubernetesObject): Manifest {
  const { resourceVersion: _, ...rest } = metadata;
  return { ...fields, metadata: { ...rest } };
}
