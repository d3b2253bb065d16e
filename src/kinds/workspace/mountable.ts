import type { KubernetesObject } from '../../kubernetes/object.ts';

/** The labels by which claims and secrets are made part of what the users of workspaces work with. */
export const CAN_MOUNT_LABEL = 'notebooks.kubeflow.org/can-mount';
export const CAN_UPDATE_LABEL = 'notebooks.kubeflow.org/can-update';

/** Whether workspaces may mount it. */
export function canMount({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[CAN_MOUNT_LABEL] === 'true';
}

/** Whether users of workspaces may change or delete it. */
export function canUpdate({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[CAN_UPDATE_LABEL] === 'true';
}
