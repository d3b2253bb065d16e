import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';

/** Definitions without a schema, so that objects of any version can be stored. */
export const devPodCrd = permissive('management.loft.sh', 'v1', 'devpodworkspaceinstances', 'DevPodWorkspaceInstance');
export const volcanoJobCrd = permissive('batch.volcano.sh', 'v1alpha1', 'jobs', 'Job');
export const volcanoCommandCrd = permissive('bus.volcano.sh', 'v1alpha1', 'commands', 'Command');

/** DevPod workspaces as the aggregated API server of the platform serves them: without `watch`. */
export const unwatchableDevPods: AggregatedResource = {
  apiVersion: 'management.loft.sh/v1',
  kind: 'DevPodWorkspaceInstance',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update'],
};

/** Jobs as an aggregated API server with a native type serves them: with strategic merge patches. */
export const nativeVolcanoJobs: AggregatedResource = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job' };

function permissive(group: string, version: string, plural: string, kind: string): Manifest {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

type Parts = Readonly<Record<string, unknown>>;

/** Returns a DevPod workspace in the project `team-a`. */
export function devPod(name: string, { spec = {}, status = {}, metadata = {} }: Record<string, Parts> = {}): Manifest {
  return {
    apiVersion: 'management.loft.sh/v1',
    kind: 'DevPodWorkspaceInstance',
    metadata: { name, namespace: 'loft-p-team-a', ...metadata },
    spec,
    status,
  };
}

/** Returns a Volcano job in `team-a`. */
export function volcanoJob(
  name: string,
  { spec = {}, status = {}, metadata = {} }: Record<string, Parts> = {},
): Manifest {
  return {
    apiVersion: 'batch.volcano.sh/v1alpha1',
    kind: 'Job',
    metadata: { name, namespace: 'team-a', ...metadata },
    spec,
    status,
  };
}
