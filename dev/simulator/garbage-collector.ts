import { keyOf } from '../../src/kubernetes/object.ts';
import { type ApiObject, currentTimestamp } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import { CUSTOM_RESOURCE_DEFINITION, servedResourcesOf } from './custom-resource-definition.ts';
import { objectAt } from './json.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import type { StorageLocation } from './storage.ts';

type CollectorContext = Pick<SimulatedCluster, 'storage' | 'registry' | 'watches'>;

export const FOREGROUND = 'foregroundDeletion';

/**
 * Deletes an object without waiting for its finalizers, and in the same turn its dependents without another owner, the
 * content of a namespace, and the objects of a CustomResourceDefinition. Returns its last state.
 */
export function deleteImmediately(parts: CollectorContext, resource: ServedResource, object: ApiObject): ApiObject {
  if (resource.kind === 'Namespace' && !resource.custom) emptyNamespace(parts, object.metadata.name, removeAt);
  if (resource === CUSTOM_RESOURCE_DEFINITION) deleteCustomObjects(parts, object);
  const removed = parts.storage.remove(storageKeyOf(resource), object.metadata) ?? object;
  if (resource === CUSTOM_RESOURCE_DEFINITION)
    for (const served of servedResourcesOf(object)) parts.watches.closeAll('end', storageKeyOf(served));
  for (const at of parts.storage.dependentsOf(removed.metadata.uid)) collectIfUnowned(parts, at);
  for (const { uid } of removed.metadata.ownerReferences ?? []) finishForegroundDeletion(parts, uid);
  if (removed.metadata.namespace !== undefined) finishNamespaceDeletion(parts, removed.metadata.namespace);
  return removed;
}

/** Deletes an object by background propagation: one with finalizers is marked and stays until they are removed. */
export function deleteInBackground(parts: CollectorContext, resource: ServedResource, object: ApiObject): ApiObject {
  if ((object.metadata.finalizers ?? []).length === 0) return deleteImmediately(parts, resource, object);
  return markDeleted(parts, resource, object);
}

/** Sets the deletionTimestamp if it is not set. */
export function markDeleted(parts: CollectorContext, resource: ServedResource, object: ApiObject): ApiObject {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) return object;
  const next = generation === undefined ? {} : { generation: generation + 1 };
  const metadata = {
    ...object.metadata,
    ...next,
    deletionTimestamp: currentTimestamp(),
    deletionGracePeriodSeconds: 0,
  };
  return parts.storage.put(storageKeyOf(resource), { ...object, metadata });
}

/** Returns the object with the finalizer added. */
export function withFinalizer(object: ApiObject, finalizer: string): ApiObject {
  const finalizers = [...new Set([...(object.metadata.finalizers ?? []), finalizer])];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** Deletes an object that has a deletionTimestamp and no finalizers; returns any other unchanged. */
export function finishDeletion(parts: CollectorContext, resource: ServedResource, object: ApiObject): ApiObject {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  return deletionTimestamp === undefined || finalizers.length > 0 ? object : deleteImmediately(parts, resource, object);
}

/** Deletes a namespace and its content. It stays Terminating while objects in it have finalizers. */
export function deleteNamespace(parts: CollectorContext, resource: ServedResource, namespace: ApiObject): ApiObject {
  const status = { ...objectAt(namespace, 'status'), phase: 'Terminating' };
  const marked = markDeleted(parts, resource, { ...namespace, status });
  emptyNamespace(parts, namespace.metadata.name, deleteAt);
  // Deleting the last object of the namespace may have deleted the namespace already.
  const left = parts.storage.get(storageKeyOf(resource), namespace.metadata);
  if (!left || (left.metadata.finalizers ?? []).length > 0 || hasContent(parts, namespace.metadata.name))
    return left ?? marked;
  return deleteImmediately(parts, resource, left);
}

function emptyNamespace(
  parts: CollectorContext,
  namespace: string,
  remove: (parts: CollectorContext, at: StorageLocation) => void,
): void {
  for (const at of contentOf(parts, namespace)) remove(parts, at);
}

function hasContent(parts: CollectorContext, namespace: string): boolean {
  return contentOf(parts, namespace).length > 0;
}

function contentOf({ storage }: CollectorContext, namespace: string): readonly StorageLocation[] {
  return storage.storageKeys().flatMap((storageKey) =>
    storage
      .list(storageKey)
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => ({ storageKey, key: keyOf(metadata) })),
  );
}

function deleteCustomObjects(parts: CollectorContext, definition: ApiObject): void {
  for (const storageKey of new Set(servedResourcesOf(definition).map(storageKeyOf))) {
    for (const object of parts.storage.list(storageKey)) removeAt(parts, { storageKey, key: keyOf(object.metadata) });
  }
}

/** Deletes a dependent if none of its owners exists. */
function collectIfUnowned(parts: CollectorContext, at: StorageLocation): void {
  const dependent = parts.storage.at(at);
  const owners = dependent?.metadata.ownerReferences ?? [];
  if (owners.some((owner) => isAlive(parts, owner, dependent?.metadata.namespace))) return;
  deleteAt(parts, at);
}

interface OwnerName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

function isAlive(
  { storage, registry }: CollectorContext,
  { apiVersion, kind, name, uid }: OwnerName,
  namespace?: string,
): boolean {
  const resource = registry.byKind(apiVersion, kind);
  if (!resource) return false;
  const owner = storage.get(storageKeyOf(resource), { name, namespace: resource.namespaced ? namespace : undefined });
  return owner?.metadata.uid === uid;
}

/** Deletes an owner in foreground deletion when its last dependent is deleted. */
function finishForegroundDeletion(parts: CollectorContext, uid: string): void {
  if (parts.storage.dependentsOf(uid).length > 0) return;
  for (const resource of parts.registry.all()) {
    const owner = parts.storage.list(storageKeyOf(resource)).find(({ metadata }) => metadata.uid === uid);
    if (!owner?.metadata.finalizers?.includes(FOREGROUND)) continue;
    const finalizers = owner.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND);
    const stored = parts.storage.put(storageKeyOf(resource), { ...owner, metadata: { ...owner.metadata, finalizers } });
    finishDeletion(parts, resource, stored);
    return;
  }
}

function finishNamespaceDeletion(parts: CollectorContext, name: string): void {
  const resource = parts.registry.byKind('v1', 'Namespace');
  const namespace = resource && parts.storage.get(storageKeyOf(resource), { name });
  if (!resource || namespace?.metadata.deletionTimestamp === undefined || hasContent(parts, name)) return;
  finishDeletion(parts, resource, namespace);
}

function deleteAt(parts: CollectorContext, at: StorageLocation): void {
  withStored(parts, at, deleteInBackground);
}

function removeAt(parts: CollectorContext, at: StorageLocation): void {
  withStored(parts, at, deleteImmediately);
}

function withStored(parts: CollectorContext, at: StorageLocation, remove: typeof deleteImmediately): void {
  const object = parts.storage.at(at);
  const resource = parts.registry.byStorageKey(at.storageKey);
  if (object && resource) remove(parts, resource, object);
}
