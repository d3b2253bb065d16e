import type { KubernetesObject } from '../../src/kubernetes/object.ts';

/** Labels, annotations and finalizers of Kubeflow Notebooks. */
export const WORKSPACE_NAME_LABEL = 'notebooks.kubeflow.org/workspace-name';
export const IMAGE_SOURCE_LABEL = 'notebooks.kubeflow.org/image-source';
export const CREATED_BY = 'notebooks.kubeflow.org/created-by';
export const UPDATED_BY = 'notebooks.kubeflow.org/updated-by';
export const UPDATED_AT = 'notebooks.kubeflow.org/updated-at';
export const WORKSPACE_KIND_FINALIZER = 'notebooks.kubeflow.org/workspacekind-protection';

/** Annotation of a workspace: the {@link Fault} of its pod. */
export const FAULT = 'demo.workspaces/fault';
/** Annotation of a workspace: seconds that its pod takes to terminate. */
export const GRACE_SECONDS = 'demo.workspaces/grace-seconds';
/** Annotation of a workspace: `idle` or `unreachable`, the result of its activity probe. */
export const ACTIVITY = 'demo.workspaces/activity';
/** Annotation of a pod: hash of the template that it was created from. */
export const TEMPLATE_HASH = 'demo.workspaces/template-hash';
/** Finalizer of a pod. It takes the place of the kubelet: it is removed after the grace period. */
export const KUBELET_FINALIZER = 'demo.workspaces/kubelet';

/**
 * Labels with the value `true` on claims and secrets that workspaces may mount or users may update, and on storage
 * classes that users may choose.
 */
export const CAN_MOUNT = 'notebooks.kubeflow.org/can-mount';
export const CAN_UPDATE = 'notebooks.kubeflow.org/can-update';
export const CAN_USE = 'notebooks.kubeflow.org/can-use';

const faults = [
  'ErrImagePull',
  'ImagePullBackOff',
  'CrashLoopBackOff',
  'Unschedulable',
  'FailedMount',
  'NeverReady',
  'Unhealthy',
  'ContainerCreating',
  'ExceededQuota',
] as const;

/**
 * A reason why a pod does not become ready. With `ContainerCreating` it stays pending, with `NeverReady` its startup probe has
 * no result yet, with `Unhealthy` its readiness probe fails, and with `ExceededQuota` there is no pod.
 */
export type Fault = (typeof faults)[number];

/** Returns the fault in the workspace's annotation. Undefined if there is none or if its value is unknown. */
export function faultOf({ metadata }: Pick<KubernetesObject, 'metadata'>): Fault | undefined {
  return faults.find((fault) => fault === metadata.annotations?.[FAULT]);
}
