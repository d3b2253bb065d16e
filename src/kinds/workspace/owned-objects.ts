import type { KubernetesObject, OwnerReference } from '../../kubernetes/object.ts';
import { isForbidden, isNotFound } from '../../kubernetes/status-error.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Pod, WORKSPACE_NAME_LABEL } from '../pod/resource.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';
import { ownerOf, StatefulSet } from './stateful-set.ts';
import { LONGEST_NAME } from './state.ts';

/**
 * Whether the pod with this name belongs to this workspace, and not to an earlier one of the same name: the controller
 * finds StatefulSets by the name of their owner, so a new workspace first reports the pod of the old one. Follows the
 * owners from the pod to the StatefulSet to the workspace. Undefined if the pod does not exist, or if the identity that
 * writes for the viewer may not read it.
 */
export async function ownsPod(
  client: ViewerClient,
  { metadata }: WorkspaceObject,
  podName: string,
): Promise<boolean | undefined> {
  const { namespace } = metadata;
  const pod = await unlessUnreadable(client.reader.unrestricted.getUncached(Pod, { namespace, name: podName }));
  if (!pod) return undefined;
  if (pod.metadata.deletionTimestamp) return false; // its workspace is about to report that
  const byWorkspace = ownerOf(pod, Workspace.kind);
  if (byWorkspace) return byWorkspace.uid === metadata.uid;
  const bySet = ownerOf(pod, StatefulSet.kind);
  if (!bySet) return pod.metadata.creationTimestamp >= metadata.creationTimestamp;
  const set = await readOwner(client, namespace, bySet);
  if (set === 'gone') return false;
  if (set === 'forbidden') return pod.metadata.creationTimestamp >= metadata.creationTimestamp;
  return ownerOf(set, Workspace.kind)?.uid === metadata.uid;
}

async function readOwner(
  client: ViewerClient,
  namespace: string | undefined,
  { name, uid }: OwnerReference,
): Promise<KubernetesObject | 'gone' | 'forbidden'> {
  try {
    const set = await client.reader.unrestricted.getUncached(StatefulSet, { namespace, name });
    return set.metadata.uid === uid ? set : 'gone';
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
}

/**
 * Returns the number of StatefulSets and pods of a workspace that exist, also after its deletion. A pod counts unless its
 * StatefulSet belongs to another workspace, such as a new one of the same name. Undefined if the identity that writes for
 * the viewer may not list them.
 */
export async function countOwnedObjects(
  client: ViewerClient,
  { metadata: { namespace = '', name, uid } }: WorkspaceObject,
): Promise<number | undefined> {
  if (name.length > LONGEST_NAME) return 0; // it cannot be a label, so the controller has created nothing
  const labelSelector = `${WORKSPACE_NAME_LABEL}=${name}`;
  // Pods first: the StatefulSet of a listed pod existed before it, so the second list has it unless it is deleted.
  const pods = await unlessUnreadable(
    client.reader.unrestricted.listSelectedUncached(Pod, { namespace, labelSelector }),
  );
  const sets = await unlessUnreadable(
    client.reader.unrestricted.listSelectedUncached(StatefulSet, { namespace, labelSelector }),
  );
  if (!pods || !sets) return undefined;
  const isOwn = (object: KubernetesObject) => ownerOf(object, Workspace.kind)?.uid === uid;
  const others = new Set(sets.filter((set) => !isOwn(set)).map(({ metadata }) => metadata.uid));
  const owned = pods.filter((pod) => {
    const byWorkspace = ownerOf(pod, Workspace.kind);
    return byWorkspace ? byWorkspace.uid === uid : !others.has(ownerOf(pod, StatefulSet.kind)?.uid ?? '');
  });
  return owned.length + sets.filter(isOwn).length;
}

async function unlessUnreadable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}
