import { failure } from '../graphql/errors.ts';
import { keyOf, type KubernetesObject } from '../kubernetes/object.ts';

/** Labels that permit mounting, changing and deleting PersistentVolumeClaims and Secrets through workspaces. */
export const CAN_MOUNT_LABEL = 'notebooks.kubeflow.org/can-mount';
const CAN_UPDATE_LABEL = 'notebooks.kubeflow.org/can-update';

/** Whether workspaces may mount the object. */
export function canMount({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[CAN_MOUNT_LABEL] === 'true';
}

/** Whether users of workspaces may change or delete the object. */
export function canUpdate({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[CAN_UPDATE_LABEL] === 'true';
}

/** Labels of objects that users create: they may be mounted, changed and deleted. */
export const USER_LABELS = { [CAN_MOUNT_LABEL]: 'true', [CAN_UPDATE_LABEL]: 'true' } as const;

/**
 * @throws {GraphQLError} FORBIDDEN if the object does not have the label `can-update`, whatever the RBAC permissions
 */
export function assertCanUpdate(object: KubernetesObject): void {
  if (canUpdate(object)) return;
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  throw failure(
    'FORBIDDEN',
    `${kind} ${keyOf(metadata)} is not labeled with ${CAN_UPDATE_LABEL}=true, so it cannot be changed or deleted.`,
    { reason: 'NotLabeled', kind, ...(namespace && { namespace }), name },
  );
}
