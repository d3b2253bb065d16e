import type { Manifest } from '../simulator/api-object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { ConfigMap } from './kubernetes-resources.ts';
import { calculateWorkspaceKindStatus } from './controller/workspace-kind-reconciler.ts';
import { POD_METRICS } from '../simulator/aggregated-resource.ts';
import { servedDevPodWorkspaceInstances } from './crds/dev-pod-workspace-instance.ts';
import { volcanoCommandCrd, volcanoJobCrd } from './crds/volcano.ts';
import { workspaceCrd } from './crds/workspace.ts';
import { workspaceKindCrd } from './crds/workspace-kind.ts';
import { WorkspaceKinds, type WorkspaceKind } from './workspace-kind.ts';
import type { Workspace } from './workspace.ts';
import { workspaceFixtures, workspaceOf } from './fixtures/workspaces.ts';
import { workspaceKindSpecs } from './fixtures/workspace-kinds.ts';
import { namespaces } from './fixtures/namespaces.ts';
import { devPodWorkspaceInstances, volcanoJobs } from './fixtures/other-systems.ts';
import { pastEvents, reconciledFixture } from './fixtures/reconciled-fixtures.ts';
import { pictures } from './fixtures/pictures.ts';
import { storageOf } from './fixtures/storage.ts';
import { timestamp, uidFor } from './metadata.ts';

const YEAR_MS = 365 * 86_400_000;

/** What other API servers serve in the demo. */
export const aggregatedApis = [POD_METRICS, servedDevPodWorkspaceInstances] as const;

/** The objects that those servers have. */
export function aggregatedFixtures(now: Date): Manifest[] {
  return devPodWorkspaceInstances(now.getTime());
}

/**
 * All objects of the demo, in an order in which they can be created: definitions, namespaces, kinds, workspaces in every
 * state, their stateful sets and pods, what they mount, what has happened. They are as the controller leaves them, so it changes nothing when it starts.
 */
export function clusterFixtures(now: Date): Manifest[] {
  const at = now.getTime();
  const kinds = new Map(Object.entries(workspaceKindSpecs).map(([name, spec]) => [name, kindOf(name, spec, at)]));
  const reconciled = workspaceFixtures.map((fixture) =>
    reconciledFixture(workspaceOf(fixture, at), kinds.get(fixture.kind), at),
  );
  const workspaces = reconciled.map(({ workspace }) => workspace);
  return [
    workspaceCrd,
    workspaceKindCrd,
    volcanoJobCrd,
    volcanoCommandCrd,
    ...namespaces(),
    pictures,
    ...[...kinds.values()].map((kind) => manifestOf(counted(kind, workspaces))),
    ...storageOf(workspaces),
    ...workspaces.map(manifestOf),
    ...reconciled.flatMap(({ set, pod }) => [set, pod].flatMap((made) => (made ? [manifestOf(made)] : []))),
    ...reconciled.flatMap(({ workspace, pod }) => (pod ? pastEvents(workspace, pod, at) : [])),
    ...volcanoJobs(at),
  ];
}

function kindOf(name: string, spec: WorkspaceKind['spec'], now: number): WorkspaceKind {
  const metadata = {
    name,
    uid: uidFor(`kind ${name}`),
    resourceVersion: '',
    generation: 1,
    creationTimestamp: timestamp(now - YEAR_MS),
  };
  return { apiVersion: apiVersionOf(WorkspaceKinds), kind: WorkspaceKinds.kind, metadata, spec };
}

function counted(kind: WorkspaceKind, all: readonly Workspace[]): WorkspaceKind {
  const workspaces = all.filter(({ spec }) => spec.kind === kind.metadata.name);
  const { status, finalizers } = calculateWorkspaceKindStatus({ kind, workspaces, pictures: pictureSource });
  return { ...kind, metadata: { ...kind.metadata, finalizers }, status };
}

function pictureSource(namespace: string, name: string): Pick<ConfigMap, 'data'> | undefined {
  const { metadata, data } = pictures;
  return metadata.namespace === namespace && metadata.name === name ? { data } : undefined;
}

/** Without a resourceVersion, which only the API server gives. */
function manifestOf({ metadata, ...fields }: KubernetesObject): Manifest {
  const { resourceVersion: _, ...kept } = metadata;
  return { ...fields, metadata: { ...kept } };
}
