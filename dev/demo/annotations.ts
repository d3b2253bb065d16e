import type { KubernetesObject } from '../../src/kubernetes/object.ts';

/** The labels, annotations and finalizers by which the parts of the demo know each other's objects. */
export const WORKSPACE_NAME_LABEL = 'notebooks.kubeflow.org/workspace-name';
export const IMAGE_SOURCE_LABEL = 'notebooks.kubeflow.org/image-source';
export const CREATED_BY = 'notebooks.kubeflow.org/created-by';
export const UPDATED_BY = 'notebooks.kubeflow.org/updated-by';
export const UPDATED_AT = 'notebooks.kubeflow.org/updated-at';
export const KIND_FINALIZER = 'notebooks.kubeflow.org/workspacekind-protection';

/** What goes wrong with a workspace's pod: a {@link Fault}. */
export const FAULT = 'demo.workspaces/fault';
/** How long a workspace's pod takes to end, in seconds. */
export const GRACE_SECONDS = 'demo.workspaces/grace-seconds';
/** `idle` when nobody uses the workspace. */
export const ACTIVITY = 'demo.workspaces/activity';
/** On a pod: what its template was made from. */
export const TEMPLATE_HASH = 'demo.workspaces/template-hash';
/** Keeps a pod that is being deleted until its grace period is over, as a kubelet does. */
export const KUBELET_FINALIZER = 'demo.workspaces/kubelet';

/** `true` on claims and secrets that workspaces may mount, or people may change, and on storage classes that may be used. */
export const CAN_MOUNT = 'notebooks.kubeflow.org/can-mount';
export const CAN_UPDATE = 'notebooks.kubeflow.org/can-update';
export const CAN_USE = 'notebooks.kubeflow.org/can-use';

const faults = ['ImagePullBackOff', 'CrashLoopBackOff', 'Unschedulable', 'NeverReady', 'ContainerCreating'] as const;

/** A way in which a pod fails to become ready; `ContainerCreating` is a pod that stays pending. */
export type Fault = (typeof faults)[number];

/** The fault that a workspace's annotation asks for; undefined if none, or none that we know. */
export function faultOf({ metadata }: Pick<KubernetesObject, 'metadata'>): Fault | undefined {
  return faults.find((fault) => fault === metadata.annotations?.[FAULT]);
}
