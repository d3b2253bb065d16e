import { failure } from '../graphql/errors.ts';
import { keyOf, type KubernetesObject } from '../kubernetes/object.ts';

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

/** What is created for the users of workspaces is theirs to mount, change and delete. */
export const USER_LABELS = { [CAN_MOUNT_LABEL]: 'true', [CAN_UPDATE_LABEL]: 'true' } as const;

/** @throws {GraphQLError} FORBIDDEN for what users of workspaces are not to change or delete, although the cluster would let them */
export function assertCanUpdate(object: KubernetesObject): void {
  if (canUpdate(object)) return;
  const { kind, metadata } = object;
  const { namespace, name } = metadata;
  throw failure(
    'FORBIDDEN',
    `${kind} ${keyOf(metadata)} is not labeled with ${CAN_UPDATE_LABEL}=true: it is not to be changed or deleted here.`,
    { reason: 'NotLabeled', kind, ...(namespace && { namespace }), name },
  );
}
