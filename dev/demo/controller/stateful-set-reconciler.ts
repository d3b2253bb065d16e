import { WORKSPACE_NAME_LABEL } from '../annotations.ts';
import { type Pod, type StatefulSet, StatefulSets } from '../kubernetes-resources.ts';
import type { Workspace } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import { ownerReference, podNameOf, type PodTemplate } from './pod-template.ts';

/** Creates or updates the StatefulSet of a workspace and returns it. */
export async function reconcileStatefulSet(
  context: ControllerContext,
  workspace: Workspace,
  { pod, template }: { readonly pod: Pod | undefined; readonly template: PodTemplate },
): Promise<StatefulSet> {
  const { client, cache, signal } = context;
  const desired = statefulSetOf(workspace, template);
  const { namespace = '', name } = desired.metadata;
  const present = cache.store(StatefulSets).get({ namespace, name });
  if (!present) {
    const { object } = await client.create(StatefulSets, desired, { namespace, signal });
    cache.applyWriteResult(StatefulSets, object);
    return object;
  }
  const replicas = replicasOf(workspace);
  if (present.spec.replicas !== replicas) await merge(context, present, { spec: { replicas } });
  const status = setStatus(pod);
  const { replicas: pods = 0, readyReplicas = 0 } = present.status ?? {};
  if (pods !== status.replicas || readyReplicas !== status.readyReplicas) await merge(context, present, { status });
  return present;
}

async function merge(
  { client, cache, signal }: ControllerContext,
  { metadata }: StatefulSet,
  body: object,
): Promise<void> {
  const subresource = 'status' in body ? ({ subresource: 'status' } as const) : {};
  const { object } = await client.patch(StatefulSets, metadata, { type: 'MERGE', body }, { ...subresource, signal });
  cache.applyWriteResult(StatefulSets, object);
}

/** Returns the desired StatefulSet of a workspace. No StatefulSet controller runs here. */
export function statefulSetOf(workspace: Workspace, { metadata, spec }: PodTemplate) {
  const own = { [WORKSPACE_NAME_LABEL]: workspace.metadata.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: setNameOf(podNameOf(workspace)),
      namespace: workspace.metadata.namespace,
      labels: own,
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      replicas: replicasOf(workspace),
      serviceName: '',
      selector: { matchLabels: own },
      template: { metadata: { labels: metadata.labels }, spec },
    },
  };
}

/** Desired number of pods of a workspace. */
function replicasOf({ spec }: Workspace): number {
  return spec.paused ? 0 : 1;
}

/** Status of the StatefulSet of a pod. */
export function setStatus(pod: Pod | undefined): Required<NonNullable<StatefulSet['status']>> {
  const isReady = pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return { replicas: pod ? 1 : 0, readyReplicas: isReady ? 1 : 0 };
}

/** Name of the StatefulSet whose only pod has this name. */
export function setNameOf(podName: string): string {
  return podName.replace(/-0$/u, '');
}

/** Owner reference to a StatefulSet. */
export function setReference({ metadata: { name, uid } }: Pick<StatefulSet, 'metadata'>) {
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid, controller: true };
}
