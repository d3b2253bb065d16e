import { TEMPLATE_HASH, WORKSPACE_NAME_LABEL } from '../annotations.ts';
import { type Pod, type StatefulSet, StatefulSets } from '../kubernetes-resources.ts';
import type { Workspace } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import { create, ownedBy } from './owned-objects.ts';
import { ownedName, ownerReference, selectorLabels, type PodTemplate } from './pod-template.ts';

/**
 * Creates or updates the StatefulSet of a workspace and returns it.
 * @throws {OwnershipError} if the workspace owns several
 */
export async function reconcileStatefulSet(
  context: ControllerContext,
  workspace: Workspace,
  template: PodTemplate,
): Promise<StatefulSet> {
  const { client, cache, signal } = context;
  const desired = statefulSetOf(workspace, template);
  const present = ownedBy(context, StatefulSets, workspace);
  if (!present) return create(context, StatefulSets, desired);
  const isCurrent = present.metadata.annotations?.[TEMPLATE_HASH] === template.hash;
  if (isCurrent && present.spec.replicas === desired.spec.replicas) return present;
  const body = [
    { op: 'add', path: '/metadata/annotations', value: desired.metadata.annotations },
    { op: 'replace', path: '/spec/template', value: desired.spec.template },
    { op: 'replace', path: '/spec/replicas', value: desired.spec.replicas },
  ];
  const { object } = await client.patch(StatefulSets, present.metadata, { type: 'JSON', body }, { signal });
  cache.applyWriteResult(StatefulSets, object);
  return object;
}

/** Updates the status of a StatefulSet, in place of the StatefulSet controller. */
export async function updateSetStatus(
  { client, cache, signal }: ControllerContext,
  { metadata, status: current = {} }: StatefulSet,
  pod: Pod | undefined,
): Promise<void> {
  const status = setStatus(pod);
  if ((current.replicas ?? 0) === status.replicas && (current.readyReplicas ?? 0) === status.readyReplicas) return;
  const patch = { type: 'MERGE', body: { status } } as const;
  const { object } = await client.patch(StatefulSets, metadata, patch, { subresource: 'status', signal });
  cache.applyWriteResult(StatefulSets, object);
}

/** Returns the desired StatefulSet of a workspace. */
export function statefulSetOf(workspace: Workspace, { hash, metadata, spec }: PodTemplate) {
  const { name, namespace } = workspace.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: ownedName(workspace, 'set'),
      namespace,
      labels: { [WORKSPACE_NAME_LABEL]: name },
      annotations: { [TEMPLATE_HASH]: hash },
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      replicas: workspace.spec.paused ? 0 : 1,
      serviceName: '',
      selector: { matchLabels: selectorLabels(name) },
      template: { metadata, spec },
    },
  };
}

/** Status of the StatefulSet of a pod. */
export function setStatus(pod: Pod | undefined): Required<NonNullable<StatefulSet['status']>> {
  const isReady = pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return { replicas: pod ? 1 : 0, readyReplicas: isReady ? 1 : 0 };
}
